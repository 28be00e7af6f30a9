import { describe, expect, it } from 'vitest';
import { FINDINGS } from './findings.ts';
import { LEXICON } from './lexicon.ts';
import { REPORT_FEATURES } from './features.ts';
import { readReport } from './read-report.ts';

describe('the lexicon', () => {
  it('names every finding that the model has a feature for', () => {
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
    ['edema', 'Pulmonary vascular congestion.'],
    ['effusion', 'Blunting of the left costophrenic angle.'],
    ['embolism', 'Filling defect in the right pulmonary artery.'],
    ['emphysema', 'Bullous change.'],
    ['fibrosis', 'Honeycombing at the bases.'],
    ['fracture', 'Fractured rib.'],
    ['granuloma', 'Calcified nodule.'],
    ['hernia', 'Large hiatal hernia.'],
    ['mass', 'Cavitary lesion.'],
    ['mediastinal-widening', 'Widened mediastinum.'],
    ['nodule', 'Rounded density.'],
    ['opacity', 'Ground glass change.'],
    ['pericardial-effusion', 'Pericardial fluid.'],
    ['pleural-thickening', 'Apical pleural thickening.'],
    ['pneumonia', 'Bronchopneumonia.'],
    ['pneumothorax', 'Pneumothoraces.'],
  ])('knows %s by other names', (finding, sentence) => {
    expect(readReport(sentence).assertions).toMatchObject([{ finding, assertion: 'present' }]);
  });
});
