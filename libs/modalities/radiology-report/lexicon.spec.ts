import { describe, expect, it } from 'vitest';
import { FEATURE_OF, FINDINGS, MODEL_FINDINGS } from './findings.ts';
import { LEXICON } from './lexicon.ts';
import { REPORT_FEATURES, reportFeatures } from './features.ts';
import { readReport } from './read-report.ts';

describe('the lexicon', () => {
  it('names every finding', () => {
    const named = new Set(LEXICON.map(({ finding }) => finding).filter((finding) => finding !== null));
    expect([...named].sort()).toEqual([...FINDINGS].sort());
  });

  it('has one feature per finding and assertion, section, extent and course, each once', () => {
    expect(REPORT_FEATURES).toHaveLength(20 * 5 + 8 + 3 + 4);
    expect(new Set(REPORT_FEATURES).size).toBe(REPORT_FEATURES.length);
  });

  it.each([
    ['atelectasis', 'Bibasilar atelectatic changes.'],
    ['cardiomegaly', 'Enlarged cardiac silhouette.'],
    ['consolidation', 'Lobar consolidation.'],
    ['device', 'Left chest tube in place.'],
    ['edema', 'Interstitial oedema.'],
    ['effusion', 'Blunting of the left costophrenic angle.'],
    ['embolism', 'Filling defect in the right pulmonary artery.'],
    ['emphysema', 'Emphysematous change.'],
    ['fibrosis', 'Honeycombing at the bases.'],
    ['fracture', 'Fractured rib.'],
    ['granuloma', 'Granulomatous infection.'],
    ['hernia', 'Large hiatal hernia.'],
    ['mass', 'Masslike opacification.'],
    ['mediastinal-widening', 'Widened mediastinum.'],
    ['nodule', 'Micronodules.'],
    ['opacity', 'Ground glass change.'],
    ['pericardial-effusion', 'Pericardial fluid.'],
    ['pleural-thickening', 'Apical pleural thickening.'],
    ['pneumonia', 'Bronchopneumonia.'],
    ['pneumothorax', 'Pneumothoraces.'],
    ['infiltrate', 'Left basilar infiltrates.'],
    ['nodular-opacity', 'Rounded density.'],
    ['calcified-nodule', 'Calcified lung nodule.'],
    ['malignancy', 'Lung metastases.'],
    ['cavity', 'Cavitary lesion.'],
    ['infection', 'Atypical infection.'],
    ['vascular-congestion', 'Pulmonary vascular congestion.'],
    ['heart-failure', 'Congestive heart failure.'],
    ['scar', 'Biapical scarring.'],
    ['interstitial-lung-disease', 'Chronic interstitial lung disease.'],
    ['obstructive-lung-disease', 'Changes of COPD.'],
    ['bulla', 'Apical blebs.'],
    ['volume-loss', 'Volume loss on the left.'],
    ['hyperinflation', 'The lungs are hyperexpanded.'],
  ])('knows %s by other names', (finding, sentence) => {
    expect(readReport(sentence).assertions).toMatchObject([{ finding, assertion: 'present' }]);
  });

  // Each pair once cost a patient a wrong finding: the first is said, the second is not.
  it.each([
    ['calcified granulomas as nodules', 'Calcified granuloma in the right lung.', 'granuloma', 'nodule'],
    ['large lungs as emphysema', 'Hyperinflated lungs.', 'hyperinflation', 'emphysema'],
    ['congested vessels as edema', 'Mild vascular congestion.', 'vascular-congestion', 'edema'],
    ['a scar as fibrosis', 'Scarring in the right apex.', 'scar', 'fibrosis'],
    ['any opacity as an infiltrate', 'Streaky opacity in the left base.', 'opacity', 'infiltrate'],
  ])('does not read %s', (_, sentence, said, unsaid) => {
    const found = readReport(sentence).assertions.map(({ finding }) => finding);
    expect(found).toContain(said);
    expect(found).not.toContain(unsaid);
  });

  it.each([
    'The heart is not enlarged.',
    'Cardiomediastinal silhouette is not significantly enlarged.',
    'Heart size is at the upper limits of normal.',
    'Heart size and pulmonary vascular engorgement appear within limits of normal.',
  ])('never reads a normal heart or normal vessels as a finding: %s', (sentence) => {
    for (const { assertion } of readReport(sentence).assertions) expect(assertion).toBe('absent');
  });

  it('gives the model what it was taught: a finer name is heard as the finding it belongs to, one never taught is not heard', () => {
    expect(FEATURE_OF.infiltrate).toBe('opacity');
    expect(FEATURE_OF.hyperinflation).toBeNull();
    for (const finding of MODEL_FINDINGS) expect(FEATURE_OF[finding]).toBe(finding);
    expect(reportFeatures(readReport('Vascular congestion.'))).toEqual(reportFeatures(readReport('Pulmonary edema.')));
    expect([...reportFeatures(readReport('Hyperinflated lungs.'))].filter((value) => value > 0)).toHaveLength(1);
  });
});
