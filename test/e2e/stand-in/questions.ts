import { NO_NUMBERS, type PatientPage, type Question, type WireAssessment } from '@concord/contracts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const iso = (at: number) => new Date(at).toISOString();

type States = Partial<WireAssessment['modalities']>;

interface Asked {
  readonly page: PatientPage;
  readonly task: string;
  readonly at: number;
}

/** A score from signs and labs: two reasons with a place, and what they say together. */
function scored(
  { page, task, at }: Asked,
  { probability, tier, states }: { probability: number; tier: WireAssessment['tier']; states: States },
): WireAssessment {
  const hour = (back: number) => iso(at - back * HOUR);
  const signal = (id: string, [modality, code]: readonly [string, string], text: string, contribution: number) =>
    ({ id, modality, kind: 'signal-window', contribution, text, pointer: { code, device: null, from: hour(6), to: hour(0.1) } }) as const;
  const evidence: WireAssessment['evidence'] = [
    signal('q1', ['vitals', '8867-4'], 'Heart rate rising, 84 to 98 /min', 0.52),
    ...(states.used?.includes('labs') === true ? [signal('q2', ['labs', '2524-7'], 'Lactate rising, 1.4 to 2.6 mmol/L', 0.41)] : []),
    { id: 'q3', modality: 'vitals', kind: 'joint', contribution: -0.11, text: 'Vitals, parts together', pointer: null },
  ];
  const sum = evidence.reduce((total, item) => total + item.contribution, 0);
  return {
    ...silent({ page, task, at }, { reason: '', text: '', states }),
    outcome: 'scored',
    reason: null,
    reasonText: null,
    probability,
    interval: [Math.max(0.001, probability - 0.02), probability + 0.03],
    baselineLogit: -4.9,
    logit: -4.9 + sum,
    calibrationId: `cal-${task}`,
    pattern: [...(states.used ?? [])],
    evidenceLevel: 'transferred',
    tier,
    shapley: (states.used ?? []).map((modality) => ({
      modality,
      value: evidence.filter((item) => item.modality === modality).reduce((total, item) => total + item.contribution, 0),
    })),
    evidence,
  };
}

function silent({ page, task, at }: Asked, { reason, text, states }: { reason: string; text: string; states: States }): WireAssessment {
  return {
    id: `${page.banner.patientId}-${task}`,
    patientId: page.banner.patientId,
    task,
    asOf: iso(at),
    bundle: '2026.11-b1',
    status: 'preliminary',
    ...NO_NUMBERS,
    reason,
    reasonText: text,
    modalities: { used: [], stale: [], absent: [], withheld: [], unused: [], ...states },
    unusedReasons: [],
    news2: page.news2,
  };
}

type Answers = readonly [newest: WireAssessment | null, lastScored: WireAssessment | null];
const ON_A_WARD = { reason: 'outside-population', text: 'No score: made for intensive care.', states: { unused: ['vitals'], absent: ['labs'] } };

/** What each bed shows of sepsis: every state that an answer can be in. */
const SEPSIS: Readonly<Record<string, (asked: Asked) => Answers>> = {
  'A-03': (asked) => [
    silent(asked, { reason: 'outside-population', text: 'No score: made for the first 48 hours of a stay.', states: { unused: ['vitals', 'labs'] } }),
    scored({ ...asked, at: asked.at - 22 * HOUR }, { probability: 0.0312, tier: 'raised', states: { used: ['vitals', 'labs'] } }),
  ],
  'A-05': (asked) => [
    silent(asked, { reason: 'stale-inputs', text: 'No score: vitals too old.', states: { stale: ['vitals'], unused: ['labs'] } }),
    scored({ ...asked, at: asked.at - 5 * HOUR }, { probability: 0.0124, tier: 'usual', states: { used: ['vitals', 'labs'] } }),
  ],
  'A-02': (asked) => [scored(asked, { probability: 0.0713, tier: 'high', states: { used: ['vitals'], withheld: ['labs'] } }), null],
  'A-09': (asked) => [scored(asked, { probability: 0.0081, tier: 'usual', states: { used: ['vitals'], stale: ['labs'] } }), null],
  'A-14': (asked) => [
    silent(asked, { reason: 'withheld', text: 'No score: vitals may not be used.', states: { withheld: ['vitals'], unused: ['labs'] } }),
    null,
  ],
  'A-08': () => [null, null],
};

const DEATH: Readonly<Record<string, (asked: Asked) => Answers>> = {
  'A-07': (asked) => [scored(asked, { probability: 0.2731, tier: 'raised', states: { used: ['vitals', 'labs'] } }), null],
  'A-11': (asked) => [
    silent(asked, { reason: 'outside-population', text: 'No score: asked at hour 48 of intensive care, not later.', states: { unused: ['vitals', 'labs'] } }),
    scored({ ...asked, at: asked.at - 9 * HOUR }, { probability: 0.5212, tier: 'high', states: { used: ['vitals', 'labs'] } }),
  ],
  'A-08': () => [null, null],
};

const usualSepsis = (asked: Asked): Answers => [scored(asked, { probability: 0.0241, tier: 'raised', states: { used: ['vitals', 'labs'] } }), null];

const QUESTIONS = [
  {
    task: 'sepsis-6h',
    title: 'Sepsis within 6 h',
    definition: 'Onset of sepsis within six hours, asked in the first 48 hours.',
    answers: (bed: string) => SEPSIS[bed] ?? usualSepsis,
  },
  {
    task: 'hospital-mortality',
    title: 'Death in hospital',
    definition: 'Death before discharge, asked at hour 48 of intensive care.',
    answers: (bed: string) => DEATH[bed] ?? ((asked: Asked): Answers => [silent(asked, ON_A_WARD), null]),
  },
] as const;

/** The questions beside decline, as the page carries them. */
export function questionsAt(bed: string, page: PatientPage, now: number): Question[] {
  return QUESTIONS.map(({ task, title, definition, answers }) => {
    const [assessment, lastScored] = answers(bed)({ page, task, at: now - MINUTE });
    return { task, title, definition, assessment, lastScored };
  });
}
