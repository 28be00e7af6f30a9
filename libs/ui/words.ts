import type { WireAssessment, WireNews2, WorklistRow } from '@concord/contracts';
import type { GlyphName } from './glyph.tsx';

/** The text catalogue: every sentence that the screens share. Plain, short, present tense. */
export const RESEARCH = 'Research software, not a medical device.';

export type Tier = NonNullable<WireAssessment['tier']>;
export type InputState = WorklistRow['inputs'][number]['state'];
export type Level = NonNullable<WireAssessment['evidenceLevel']>;

export interface ModalityWords {
  readonly word: string;
  readonly glyph: GlyphName;
  /** Class of the hue: one per modality, on every screen. */
  readonly hue: 'm-signal' | 'm-labs' | 'm-report' | 'm-image' | 'm-off';
}

const MODALITIES: Readonly<Record<string, ModalityWords>> = {
  vitals: { word: 'Vitals', glyph: 'm-signal', hue: 'm-signal' },
  labs: { word: 'Labs', glyph: 'm-labs', hue: 'm-labs' },
  'radiology-report': { word: 'Report', glyph: 'm-report', hue: 'm-report' },
  'chest-imaging': { word: 'Image', glyph: 'm-image', hue: 'm-image' },
  withheld: { word: 'Withheld', glyph: 'i-lock', hue: 'm-off' },
};

/** Slots stand in this order everywhere. */
export const MODALITY_ORDER = ['vitals', 'labs', 'radiology-report', 'chest-imaging'] as const;

export function modalityWords(kind: string): ModalityWords {
  return MODALITIES[kind] ?? { word: kind, glyph: 'i-note', hue: 'm-off' };
}

/** `vitals, report and image` */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

export function modalityList(kinds: readonly string[]): string {
  const rank = (kind: string) => [...MODALITY_ORDER, kind].indexOf(kind);
  return listed([...kinds].sort((a, b) => rank(a) - rank(b)).map((kind) => modalityWords(kind).word.toLowerCase()));
}

export const TIERS: Readonly<Record<Tier, { readonly word: string; readonly glyph: GlyphName }>> = {
  high: { word: 'High', glyph: 't-high' },
  raised: { word: 'Raised', glyph: 't-raised' },
  usual: { word: 'Usual', glyph: 't-usual' },
};

/** How the model was tested: a mark, a word, and a sentence that promises no more than was shown. */
export const LEVELS: Readonly<Record<Level, { readonly word: string; readonly glyph: GlyphName; readonly sentence: string }>> = {
  'real-external': { word: 'Real', glyph: 'e-real', sentence: 'Tested on real patients of another hospital.' },
  'real-internal': { word: 'Real', glyph: 'e-real', sentence: 'Tested on real patients of the hospitals it learned from, not on those it learned from.' },
  transferred: {
    word: 'Transferred',
    glyph: 'e-transferred',
    sentence: 'Learned from real patients in intensive care; not tested on a ward or with these devices.',
  },
  assembled: { word: 'Assembled', glyph: 'e-assembled', sentence: 'Never recorded together in patients with a known outcome: a demonstration.' },
  synthetic: { word: 'Synthetic', glyph: 'e-synthetic', sentence: 'Learned and tested on invented patients only: a demonstration.' },
};

/** What the calibration of a pattern was made for, and where nobody has looked yet. */
export function calibrationSentence(assessment: WireAssessment): string {
  const made = `Made for ${modalityList(assessment.pattern)}${assessment.pattern.length === 1 ? ' alone' : ' together'}.`;
  return `${made} Not checked on this ward.`;
}

/** Short reason of an abstention, as it stands in a row: the page says the rest. */
const REASONS: Readonly<Record<string, string>> = {
  'outside-population': 'not made for this patient',
  'too-little-data': 'too little data',
  'stale-inputs': 'vitals too old',
  'uncalibrated-pattern': 'not calibrated for this',
  'image-unfit': 'image not usable',
  withheld: 'inputs withheld',
  'model-unavailable': 'model not answering',
};

/** Sentences of the model, as a row can bear them. */
const SHORT: readonly (readonly [RegExp, string])[] = [
  [/adults/, 'under 18'],
  [/already score/, 'already unwell'],
  [/observed for less/, 'too little data'],
  [/fewer than three/, 'too few vitals'],
  [/never calibrated/, 'not calibrated for these inputs'],
];

type Abstained = Pick<WireAssessment, 'reason' | 'reasonText'>;

/** `No score: vitals too old.` becomes `vitals too old`; a long sentence becomes a short one. */
export function abstentionShort(assessment: Abstained): string {
  const said = saidWhy(assessment);
  const short = SHORT.find(([pattern]) => pattern.test(said))?.[1];
  if (short !== undefined) return short;
  return said !== '' && said.length <= 24 ? said : (REASONS[assessment.reason ?? ''] ?? 'no reason given');
}

/** The whole sentence, where there is room for it: `No score: vitals too old`. */
export function abstentionTitle(assessment: Abstained): string {
  return `No score: ${saidWhy(assessment) || abstentionShort(assessment)}`;
}

function saidWhy({ reasonText }: Abstained): string {
  return (reasonText ?? '').replace(/^No score(?: yet)?:\s*/i, '').replace(/\.$/, '');
}

/** What a score needs before it can be given again. */
export const REASON_HELP: Readonly<Record<string, string>> = {
  'outside-population': 'This score foresees decline in adults on a ward who are not yet unwell. Outside that it stays silent.',
  'too-little-data': 'A score needs 6 hours of observation. It comes by itself if vitals keep arriving.',
  'stale-inputs': 'The newest vitals are too old to say anything about now. A new set of vitals brings the score back.',
  'uncalibrated-pattern': 'Nobody has tested the model on just these inputs, so it gives no number.',
  'image-unfit': 'The image cannot be read, and without it there is too little to go on.',
  withheld: 'What may not be used is not used, and what is left is too little.',
  'model-unavailable': 'Vitals and NEWS2 go on as usual. The score is tried again by itself.',
};

const BANDS = { low: 'low', 'low-single': 'low, one at 3', urgent: 'urgent', emergency: 'emergency' } as const satisfies Record<
  NonNullable<WireNews2['band']>,
  string
>;

export function bandWord(news2: WireNews2): string {
  return news2.band === null ? 'no band' : BANDS[news2.band];
}

const PARAMETERS: Readonly<Record<string, string>> = {
  respiration: 'respiration',
  spo2: 'SpO₂',
  oxygen: 'oxygen',
  systolic: 'pressure',
  pulse: 'pulse',
  consciousness: 'consciousness',
  temperature: 'temperature',
};

export function parameterWord(parameter: string): string {
  return PARAMETERS[parameter] ?? parameter;
}

/** What keeps NEWS2 from a band: `Oxygen and consciousness are not recorded. Temperature is too old.` */
export function news2Gaps(news2: WireNews2): string {
  const say = (state: 'missing' | 'stale', one: string, many: string) => {
    const words = news2.parts.filter((part) => part.state === state).map((part) => parameterWord(part.parameter));
    if (words.length === 0) return '';
    const said = listed(words);
    return `${said.charAt(0).toUpperCase()}${said.slice(1)} ${words.length === 1 ? one : many}.`;
  };
  return [say('missing', 'is not recorded', 'are not recorded'), say('stale', 'is too old', 'are too old')].filter(Boolean).join(' ');
}

/** How strongly one reason speaks, in words. Logit units. */
export function contributionWords(contribution: number): string {
  const direction = contribution >= 0 ? 'raises' : 'lowers';
  const size = Math.abs(contribution);
  if (size >= 0.6) return `${direction} a lot`;
  return size >= 0.25 ? direction : `${direction} a little`;
}

const SEXES = { female: 'female', male: 'male', other: 'other', unknown: 'sex not recorded' } as const;
const SEX_LETTERS = { female: 'F', male: 'M', other: 'O', unknown: '–' } as const;

export function sexWord(sex: keyof typeof SEXES): string {
  return SEXES[sex];
}

export function sexLetter(sex: keyof typeof SEX_LETTERS): string {
  return SEX_LETTERS[sex];
}
