import type { Rng } from '@concord/core/ports';

/**
 * Clinical sentences whose conditions we know the meaning of. `[a|b|]` takes one of its choices. A slot is filled with a condition and
 * carries how it is meant: `{p}` present, `{n}` denied, `{u}` uncertain, `{h}` of the past, `{f}` of a relative.
 */
const SENTENCES: readonly string[] = [
  '[There is|There are|] [no|No] {n}[| identified| seen| noted].',
  'No [evidence of |sign of |definite |acute |new |focal |significant |]{n}, {n} or {n}[| is seen].',
  'No {n} or {n}, but [there is |mild |]{p}.',
  'No {n}; {p} [is seen|persists|unchanged].',
  '[Without|Absence of|Free of|Negative for|Clear of] {n}[| or {n}].',
  '[The patient|He|She|Patient] [denies|denied|does not have|did not have|has no|had no|reports no] {n}[|, {n}|, {n}, or {n}].',
  '[The patient|He|She] [denies|has no] {n} but [complains of|reports|has] {p}.',
  '[{n} is not [seen|present|identified]|{n} was ruled out|{n} has been excluded|{n} unlikely to be present: none seen].',
  '[Ruled out for|Rule out negative for|The workup was negative for] {n}.',
  '[The lungs|Extremities|The abdomen|Chest|Examination] [reveals|reveal|shows|show|demonstrates|with] no [peripheral |focal |appreciable |]{n}[| or {n}].',
  '[Neither|There is neither] {n} nor {n}.',
  '[Lungs are clear|Heart size is normal|Vital signs stable] without {n}[| or {n}].',
  '[He|She|The patient] [was|is] [afebrile|stable|well] [and|,] with no {n}, [and|then] [later |]developed {p}.',
  '[There is|There was|He has|She had|The patient has|Examination shows|CT shows|Film shows] [a |some |mild |severe |new |]{p}[| with {p}| and {p}].',
  '{p} [is|was] [seen|noted|present|identified|observed|unchanged|stable|worse].',
  '[Persistent|Mild|Severe|Small|Large|Increasing|Bilateral|Left|Right] {p}[| with {p}].',
  '[The patient|He|She] [presented with|was admitted with|complains of|was found to have|developed] {p}[| and {p}].',
  '[Status post|Treated for|Started on therapy for|Findings consistent with|Compatible with|In keeping with|Secondary to] {p}.',
  'No [change in|increase in|interval change in|significant change in|improvement of] [the |]{p}.',
  '[The|] {p} [has not changed|is not worse|did not improve|could not be resected|is no longer increasing].',
  'Not only {p} but also {p}.',
  '{p} without [change|complication|improvement|further growth].',
  '[Gram negative|Culture positive|Biopsy proven] {p}.',
  '[Possible|Probable|Questionable|Suspected|Likely|Presumed|Concern for|Suspicious for|Cannot exclude|Evaluate for|To rule out|Rule out|Question of] {u}[| or {u}].',
  '{u} [cannot be excluded|is suspected|is not excluded|should be considered|may be present|versus {u}].',
  '[Findings|Opacity|This|Density] may [represent|reflect|be due to] {u}[| or {u}].',
  '[History of|Past medical history significant for|Past history of|Known previous|Prior history of|Remote] {h}[|, {h}|, {h} and {h}].',
  '[He|She|The patient] [had|has had|was treated for|underwent surgery for] {h} [in 1998|last year|three years ago|in the past|as a child|previously].',
  'Old [healed |]{h}. [No {n}.|]',
  '[Previous|Prior] {h}, [now |]resolved.',
  '[History of|Past history of] {h}, now [presents |]with {p}.',
  '[Family history of|Family history is significant for] {f}[| and {f}].',
  '[Mother|Father|Sister|Brother|Grandmother|His father|Her mother|An aunt] [had|died of|has|with|was diagnosed with] {f}.',
  '[Family history is|Family history] [negative for|without] {n}.',
];

const CONDITIONS: readonly string[] = [
  ...['pleural effusion', 'pneumothorax', 'consolidation', 'pneumonia', 'edema', 'cardiomegaly', 'atelectasis', 'nodule', 'mass', 'fracture', 'emphysema'],
  ...['infiltrate', 'opacity', 'fibrosis', 'granuloma', 'scarring', 'pulmonary embolism', 'vascular congestion', 'hiatal hernia', 'pleural thickening'],
  ...[
    'chest pain',
    'fever',
    'chills',
    'cough',
    'nausea',
    'vomiting',
    'headache',
    'dizziness',
    'syncope',
    'shortness of breath',
    'diarrhea',
    'rash',
    'jaundice',
  ],
  ...['hypertension', 'diabetes', 'stroke', 'seizure', 'cancer', 'carcinoma', 'infection', 'abscess', 'bleeding', 'hemorrhage', 'thrombosis', 'stenosis'],
  ...['heart failure', 'renal failure', 'asthma', 'anemia', 'murmur', 'lymphadenopathy', 'tenderness', 'ascites', 'hepatomegaly', 'cyst', 'ulcer', 'tumor'],
  ...[
    'coronary disease',
    'arrhythmia',
    'atrial fibrillation',
    'weakness',
    'numbness',
    'dysuria',
    'hematuria',
    'constipation',
    'obstruction',
    'dilatation',
    'calcification',
  ],
];
const ADJECTIVES = ['', '', '', '', 'acute ', 'chronic ', 'mild ', 'left ', 'right ', 'bilateral ', 'focal ', 'small ', 'abdominal ', 'recurrent '] as const;
const OPENINGS = [
  '',
  '',
  '',
  '',
  'Impression: ',
  'On examination, ',
  'Heart regular rate and rhythm, ',
  'Today, ',
  'Hospital course: ',
  'In the emergency room, ',
  'The patient is a 67-year-old man. ',
] as const;

/** How a condition of a drawn sentence is meant, in the words of the report modality. */
export type Meant = 'present' | 'absent' | 'possible' | 'historical' | 'family';
const MEANT: Readonly<Record<string, Meant>> = { p: 'present', n: 'absent', u: 'possible', h: 'historical', f: 'family' };

export interface LabelledSpan {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly meant: Meant;
}

/** One sentence with every condition that it names. */
export interface LabelledSentence {
  readonly text: string;
  readonly conditions: readonly LabelledSpan[];
}

/** Share of words in which one letter is lost or doubled, outside the conditions. */
const TYPOS = 0.02;
const CAPITALS = 0.15;

/** A sentence of the grammar with typing errors, some of them in capitals. The same draws give the same sentence. */
export function labelledSentence(rng: Rng): LabelledSentence {
  const template = `${pick(rng, OPENINGS)}${expanded(pick(rng, SENTENCES), rng)}`;
  const upper = rng.next() < CAPITALS;
  let text = '';
  const conditions: LabelledSpan[] = [];
  for (const part of template.split(/(\{\w\})/)) {
    const meant = /^\{\w\}$/.test(part) ? MEANT[part.charAt(1)] : undefined;
    if (meant === undefined) {
      text += mistyped(part, rng);
      continue;
    }
    const words = `${pick(rng, ADJECTIVES)}${pick(rng, CONDITIONS)}`;
    conditions.push({ start: text.length, end: text.length + words.length, meant });
    text += words;
  }
  return { text: upper ? text.toUpperCase() : text.charAt(0).toUpperCase() + text.slice(1), conditions };
}

/** Inner choices first, so that a choice may hold another. */
function expanded(template: string, rng: Rng): string {
  let text = template;
  for (let match = /\[([^[\]]*)\]/.exec(text); match !== null; match = /\[([^[\]]*)\]/.exec(text)) {
    const choices = (match[1] ?? '').split('|');
    text = `${text.slice(0, match.index)}${pick(rng, choices)}${text.slice(match.index + match[0].length)}`;
  }
  return text
    .replace(/\s+/g, ' ')
    .replace(/ (?=[.,;])/g, '')
    .trim();
}

function mistyped(text: string, rng: Rng): string {
  return text.replace(/[a-z]{4,}/gi, (word) => {
    if (rng.next() >= TYPOS) return word;
    const at = 1 + Math.floor(rng.next() * (word.length - 2));
    return rng.next() < 0.5 ? word.slice(0, at) + word.slice(at + 1) : word.slice(0, at) + word.charAt(at) + word.slice(at);
  });
}

function pick(rng: Rng, choices: readonly string[]): string {
  return choices[Math.floor(rng.next() * choices.length)] ?? '';
}
