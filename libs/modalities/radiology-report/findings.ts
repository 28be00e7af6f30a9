/** Findings of a chest film or scan that the lexicon knows. The order is the order of the model's features: append only. */
export const FINDINGS = [
  'atelectasis',
  'cardiomegaly',
  'consolidation',
  'device',
  'edema',
  'effusion',
  'embolism',
  'emphysema',
  'fibrosis',
  'fracture',
  'granuloma',
  'hernia',
  'mass',
  'mediastinal-widening',
  'nodule',
  'opacity',
  'pericardial-effusion',
  'pleural-thickening',
  'pneumonia',
  'pneumothorax',
] as const;
export type Finding = (typeof FINDINGS)[number];

/** As a reader would say it, in a sentence. */
export const FINDING_WORDS: Readonly<Record<Finding, string>> = {
  atelectasis: 'atelectasis',
  cardiomegaly: 'enlarged heart',
  consolidation: 'consolidation',
  device: 'line, tube or device',
  edema: 'pulmonary edema',
  effusion: 'pleural effusion',
  embolism: 'pulmonary embolism',
  emphysema: 'emphysema',
  fibrosis: 'fibrosis',
  fracture: 'fracture',
  granuloma: 'granuloma',
  hernia: 'hernia',
  mass: 'mass',
  'mediastinal-widening': 'widened mediastinum',
  nodule: 'nodule',
  opacity: 'opacity',
  'pericardial-effusion': 'pericardial effusion',
  'pleural-thickening': 'pleural thickening',
  pneumonia: 'pneumonia',
  pneumothorax: 'pneumothorax',
};

/** How a report means a finding: there now, denied, uncertain, of the past, of a relative. */
export const ASSERTIONS = ['present', 'absent', 'possible', 'historical', 'family'] as const;
export type Assertion = (typeof ASSERTIONS)[number];

/** How much, and which way it goes, as the sentence says. */
export const EXTENTS = ['small', 'moderate', 'large'] as const;
export type Extent = (typeof EXTENTS)[number];
export const COURSES = ['new', 'worse', 'better', 'same'] as const;
export type Course = (typeof COURSES)[number];
