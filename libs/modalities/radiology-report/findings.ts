/** Findings that are features of the model's sentence tokens. The order is theirs: a bundle learned it, so it never changes. */
export const MODEL_FINDINGS = [
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

/** Finer names that a reader wants apart; the model hears them as the finding that `FEATURE_OF` says. */
const FINER_FINDINGS = [
  'infiltrate',
  'nodular-opacity',
  'calcified-nodule',
  'malignancy',
  'cavity',
  'infection',
  'vascular-congestion',
  'heart-failure',
  'scar',
  'interstitial-lung-disease',
  'obstructive-lung-disease',
  'bulla',
  'volume-loss',
  'hyperinflation',
] as const;

/** Findings of a chest film or scan that the lexicon knows. */
export const FINDINGS = [...MODEL_FINDINGS, ...FINER_FINDINGS] as const;
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
  infiltrate: 'infiltrate',
  'nodular-opacity': 'nodular opacity',
  'calcified-nodule': 'calcified nodule',
  malignancy: 'malignancy',
  cavity: 'cavity',
  infection: 'infection',
  'vascular-congestion': 'pulmonary vascular congestion',
  'heart-failure': 'heart failure',
  scar: 'scarring',
  'interstitial-lung-disease': 'interstitial lung disease',
  'obstructive-lung-disease': 'obstructive lung disease',
  bulla: 'bulla',
  'volume-loss': 'volume loss',
  hyperinflation: 'hyperinflation',
};

/** What the model hears of a finding; null: nothing, it was never taught it. */
export const FEATURE_OF: Readonly<Record<Finding, (typeof MODEL_FINDINGS)[number] | null>> = {
  ...(Object.fromEntries(MODEL_FINDINGS.map((finding) => [finding, finding])) as Record<(typeof MODEL_FINDINGS)[number], (typeof MODEL_FINDINGS)[number]>),
  infiltrate: 'opacity',
  'nodular-opacity': 'nodule',
  'calcified-nodule': 'granuloma',
  malignancy: 'mass',
  cavity: 'mass',
  infection: 'pneumonia',
  'vascular-congestion': 'edema',
  'heart-failure': 'edema',
  scar: 'fibrosis',
  'interstitial-lung-disease': 'fibrosis',
  'obstructive-lung-disease': 'emphysema',
  bulla: 'emphysema',
  'volume-loss': 'atelectasis',
  hyperinflation: null,
};

/** How a report means a finding: there now, denied, uncertain, of the past, of a relative. */
export const ASSERTIONS = ['present', 'absent', 'possible', 'historical', 'family'] as const;
export type Assertion = (typeof ASSERTIONS)[number];

/** How much, and which way it goes, as the sentence says. */
export const EXTENTS = ['small', 'moderate', 'large'] as const;
export type Extent = (typeof EXTENTS)[number];
export const COURSES = ['new', 'worse', 'better', 'same'] as const;
export type Course = (typeof COURSES)[number];
