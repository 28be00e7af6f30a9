import type { DerivedReport, Finding, ReportAssertion } from '@concord/modalities/radiology-report';

/** Findings of the gold labels of NegBio (Peng et al. 2018); Hernia is left out: it has no positive. */
export const GOLD_FINDINGS = [
  'Atelectasis',
  'Cardiomegaly',
  'Effusion',
  'Infiltration',
  'Mass',
  'Nodule',
  'Pneumonia',
  'Pneumothorax',
  'Consolidation',
  'Edema',
  'Emphysema',
  'Fibrosis',
  'Pleural_Thickening',
] as const;
export type GoldFinding = (typeof GOLD_FINDINGS)[number];

/**
 * Which of our findings answer a gold name. The gold was mapped from MeSH terms: pericardial effusions count as effusions, and
 * calcified nodules as nodules (calcified granulomas do not).
 */
const OURS: Readonly<Record<GoldFinding, readonly Finding[]>> = {
  Atelectasis: ['atelectasis'],
  Cardiomegaly: ['cardiomegaly'],
  Effusion: ['effusion', 'pericardial-effusion'],
  Infiltration: ['infiltrate'],
  Mass: ['mass'],
  Nodule: ['nodule', 'calcified-nodule'],
  Pneumonia: ['pneumonia'],
  Pneumothorax: ['pneumothorax'],
  Consolidation: ['consolidation'],
  Edema: ['edema'],
  Emphysema: ['emphysema'],
  Fibrosis: ['fibrosis'],
  Pleural_Thickening: ['pleural-thickening'],
};

/** True when this assertion says that the finding is there now, in the part of the report that describes the film. */
export function saysFinding(finding: GoldFinding, { finding: own, assertion, sentence }: ReportAssertion, { sentences }: DerivedReport): boolean {
  const section = sentences[sentence]?.section;
  return OURS[finding].includes(own) && assertion === 'present' && section !== 'indication' && section !== 'comparison';
}
