import type { FactFinding, ReportFact } from './report-facts.ts';

/**
 * Sentences as radiologists write them. `[a|b|]` takes one of its choices; `{extent}`, `{side}`, `{zone}` and `{course}`
 * come from the fact and vanish with their blank when it does not say.
 */
export type Phrases = Readonly<Record<FactFinding, Readonly<Partial<Record<ReportFact['certainty'], readonly [string, ...string[]]>>>>>;

export const PHRASES: Phrases = {
  opacity: {
    present: [
      'There is {course} {extent} [patchy|ill-defined|hazy|] opacity [in|projecting over] the {side} {zone}.',
      '{course} {extent} airspace opacity [at|in] the {side} {zone}.',
      '[Patchy|Hazy|Ill-defined] {course} opacification of the {side} {zone}.',
      '{course} {extent} [infiltrate|opacity] is [seen|noted|present] in the {side} {zone}.',
      'Increased density in the {side} {zone}, {extent} [and|,] {course}.',
    ],
    possible: [
      '[Questionable|Possible] {extent} opacity [at|in] the {side} {zone}.',
      'Subtle density in the {side} {zone} may [represent|reflect] [early|developing] airspace opacity.',
      'An opacity [at|in] the {side} {zone} cannot be excluded.',
    ],
    absent: [
      '[The lungs are clear.|No focal airspace opacity.|Lungs are clear bilaterally.|Both lungs are clear.|No focal opacity or infiltrate is identified.]',
    ],
  },
  consolidation: {
    present: [
      'There is {course} {extent} consolidation in the {side} {zone} [with air bronchograms|].',
      '{course} {extent} {side} {zone} consolidation.',
      'Dense {course} consolidation [occupies|involves] the {side} {zone}.',
      'Air space consolidation in the {side} {zone}, {extent} [and|,] {course}.',
    ],
    possible: ['Possible [early|developing] consolidation in the {side} {zone}.', 'Consolidation in the {side} {zone} is suspected.'],
    absent: [
      'No [focal|lobar|] consolidation[| is seen| is identified].',
      '[There is n|N]o evidence of [focal |]consolidation.',
      'The lungs are free of consolidation.',
    ],
  },
  pneumonia: {
    present: [
      'Findings are consistent with {side} {zone} pneumonia.',
      'Appearances are those of [{side} {zone}|] pneumonia.',
      '[{side} {zone}|Established] pneumonia.',
      'In keeping with {side} {zone} pneumonia.',
    ],
    possible: [
      'Findings may represent pneumonia [in the appropriate clinical setting|].',
      'Suspicious for {side} {zone} pneumonia.',
      'Pneumonia cannot be excluded.',
      '[Atelectasis versus pneumonia|Likely pneumonia|Possible early pneumonia] at the {side} {zone}.',
      'Concerning for [developing|early|] pneumonia; clinical correlation is suggested.',
    ],
    absent: ['No [radiographic|] evidence of pneumonia.', 'No pneumonia.'],
  },
  effusion: {
    present: [
      'There is {course} {extent} {side} pleural effusion.',
      '{course} {extent} {side} pleural effusion [is seen|is present|].',
      '{extent} {side} effusion, {course}.',
      'Blunting of the {side} costophrenic [angle|sulcus] [in keeping with|consistent with] {extent} pleural fluid.',
      'Layering {side} pleural fluid, {extent} [and|,] {course}.',
    ],
    possible: [
      'Possible {extent} {side} pleural effusion.',
      '[Trace|Small] {side} pleural effusion is not excluded.',
      'Slight blunting of the {side} costophrenic angle may represent {extent} pleural fluid.',
    ],
    absent: [
      'No pleural effusion[| is seen| is identified].',
      '[There is n|N]o pleural fluid.',
      'The costophrenic angles are [sharp|clear].',
      'Pleural spaces are clear.',
      'No [sizeable|significant] effusion.',
    ],
  },
  edema: {
    present: [
      '{extent} [interstitial|perihilar|] pulmonary edema, {course}.',
      'There is {course} {extent} pulmonary vascular congestion [with interstitial edema|].',
      'Cephalization of the pulmonary vessels with {extent} [interstitial|] edema.',
      'Kerley B lines and {extent} perihilar haziness [in keeping with|consistent with] edema.',
    ],
    possible: [
      'Possible [mild|early] [pulmonary|interstitial] edema.',
      'Prominence of the pulmonary vasculature may reflect mild fluid overload.',
      'Mild pulmonary edema is suspected.',
    ],
    absent: [
      'No [pulmonary|interstitial|] edema.',
      'The pulmonary vasculature is normal.',
      '[There is n|N]o evidence of pulmonary vascular congestion.',
      'No overt edema.',
    ],
  },
  cardiomegaly: {
    present: [
      'The heart is {extent} enlarged.',
      '{extent} cardiomegaly.',
      'There is {extent} enlargement of the cardiac silhouette.',
      'Cardiac silhouette is {extent} enlarged.',
      'Enlarged heart.',
    ],
    possible: ['Heart size is at the upper limits of normal and may be enlarged.', 'Possible mild cardiomegaly.'],
    absent: [
      'The heart size is [normal|within normal limits].',
      'Heart size is normal.',
      'The cardiomediastinal silhouette is [unremarkable|within normal limits|normal].',
      'Normal heart size.',
      'No cardiomegaly.',
    ],
  },
  atelectasis: {
    present: [
      '{course} {extent} [linear|subsegmental|platelike|discoid] atelectasis [at|in] the {side} {zone}.',
      'There is {course} {side} basal atelectasis.',
      '{side} {zone} [volume loss|atelectasis], {extent}.',
      'Bandlike density at the {side} {zone}, compatible with atelectasis.',
    ],
    possible: ['{side} {zone} density, probably atelectasis.', 'Likely subsegmental atelectasis at the {side} {zone}.'],
    absent: ['No atelectasis.'],
  },
  pneumothorax: {
    present: ['{extent} {side} [apical|] pneumothorax, {course}.', 'There is {course} {extent} {side} pneumothorax.'],
    possible: ['A tiny {side} apical pneumothorax cannot be excluded.', 'Possible {extent} {side} pneumothorax.'],
    absent: [
      'No pneumothorax[| is seen| is identified| or pleural air].',
      '[There is n|N]o [evidence of |]pneumothorax.',
      'Negative for pneumothorax.',
      'A pneumothorax is not seen.',
    ],
  },
  emphysema: {
    present: [
      'Hyperinflated lungs with flattened diaphragms, in keeping with emphysema.',
      'Emphysematous change[s|], upper zone predominant.',
      'Background of COPD.',
      'Lungs are hyperexpanded, consistent with known emphysema.',
    ],
    absent: ['No emphysema.'],
  },
  fracture: {
    present: ['[Acute|] fracture of the {side} lateral [sixth|seventh|eighth] rib.'],
    historical: ['Old healed {side} rib fractures.', 'Remote fracture of the {side} clavicle.', 'Previous {side} rib fracture.'],
    absent: ['No [acute|displaced] [rib |]fracture.', 'The bones are intact.', 'No acute fracture is identified.', 'Osseous structures are intact.'],
  },
  nodule: {
    present: ['[Rounded|Well-defined] nodule in the {side} {zone}.'],
    possible: [
      'Possible nodule in the {side} {zone}; CT is suggested.',
      'A small nodular density [over|in] the {side} {zone} may be a nodule or a vessel seen end on.',
    ],
    absent: ['No [suspicious|pulmonary] nodule.'],
  },
  device: {
    present: [
      '{device} [in situ|in place|in satisfactory position].',
      '{device} [noted|in place].',
      'The {device} [is in satisfactory position|is unchanged in position].',
    ],
  },
};

/** Words of a slot; the writer takes one. */
export const EXTENT_WORDS = {
  small: ['small', 'mild', 'minimal', 'small', 'slight'],
  moderate: ['moderate', 'moderate', 'moderate-sized'],
  large: ['large', 'extensive', 'marked', 'large'],
} as const;
/** For a heart: how much, as an adverb or an adjective of degree. */
export const DEGREE_WORDS = { small: ['mildly', 'slightly', 'borderline'], moderate: ['moderately'], large: ['markedly', 'severely'] } as const;
export const DEGREE_NOUN_WORDS = { small: ['mild', 'borderline'], moderate: ['moderate'], large: ['marked', 'severe'] } as const;
export const COURSE_WORDS = {
  new: ['new', 'newly apparent'],
  worse: ['worsening', 'increasing', 'progressive'],
  better: ['improving', 'resolving', 'decreasing'],
  same: ['unchanged', 'stable', 'persistent'],
} as const;
export const ZONE_WORDS = {
  lower: ['lower zone', 'base', 'lower lobe', 'lung base', 'lower lung zone'],
  mid: ['mid zone', 'midlung', 'perihilar region', 'mid lung'],
  upper: ['upper zone', 'upper lobe', 'apex', 'upper lung zone'],
} as const;

export const DEVICE_WORDS = {
  'central line': ['right internal jugular central line', 'central venous catheter', 'right-sided central line', 'right subclavian line'],
  'endotracheal tube': ['endotracheal tube'],
  'ECG leads': ['ECG leads', 'monitoring leads'],
} as const;

export const INDICATIONS = {
  pneumonia: [
    'Fever and productive cough.',
    'Cough, fever. ?Pneumonia.',
    'Shortness of breath.',
    'Raised inflammatory markers; rule out pneumonia.',
    'New oxygen requirement.',
    'Hypoxia.',
  ],
  sepsis: ['Sepsis, source unclear.', 'Fever and hypotension. Line placement.', 'Septic screen.', 'Rigors. Evaluate for infection.', 'Drowsy, febrile.'],
  'heart-failure': [
    'Increasing breathlessness, orthopnoea.',
    'History of heart failure. Worsening dyspnea.',
    'Shortness of breath, swollen legs.',
    'Assess for pulmonary edema.',
    'Weight gain, breathless on lying flat.',
  ],
  copd: ['Exacerbation of airways disease.', 'Wheeze and sputum.', 'History of COPD, worsening breathlessness.', 'Smoker, dyspnea.'],
  'after-surgery': [
    'Day 2 after laparotomy, tachycardia.',
    'Postoperative low saturations.',
    'After hip replacement; short of breath.',
    'Chest pain after surgery.',
    'Routine postoperative film.',
  ],
} as const;

export const COMPARISONS = [
  'None.',
  'None available.',
  'Prior portable radiograph.',
  'Radiograph of the previous day.',
  'Earlier film of this admission.',
] as const;
export const TITLES = [
  'CHEST RADIOGRAPH, PORTABLE AP',
  'XR CHEST PA',
  'Portable chest',
  'CHEST, ONE VIEW',
  'Chest X-ray (AP, supine)',
  'XR CHEST 1 VIEW',
] as const;
export const NORMAL_IMPRESSIONS = [
  'No acute cardiopulmonary abnormality.',
  'Normal chest.',
  'No active disease.',
  'No acute cardiopulmonary process.',
  'Clear lungs.',
] as const;
export const CLOSINGS = [
  'Clinical correlation is recommended.',
  'Follow-up film after treatment is advised.',
  'Repeat radiograph if symptoms persist.',
  'Findings were telephoned to the ward.',
] as const;
