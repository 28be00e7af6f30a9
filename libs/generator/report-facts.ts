import type { Rng } from '@concord/core/ports';
import type { Condition } from './latent-state.ts';
import type { PhantomFinding } from './phantom-findings.ts';

export type FactFinding =
  | 'opacity'
  | 'consolidation'
  | 'pneumonia'
  | 'effusion'
  | 'edema'
  | 'cardiomegaly'
  | 'atelectasis'
  | 'pneumothorax'
  | 'emphysema'
  | 'fracture'
  | 'nodule'
  | 'device';

/** One thing that a report says: what, where, how sure. The truth behind the sentence that is written. */
export interface ReportFact {
  readonly finding: FactFinding;
  readonly certainty: 'present' | 'possible' | 'absent' | 'historical';
  readonly side?: 'left' | 'right' | 'both';
  readonly zone?: 'upper' | 'mid' | 'lower';
  readonly extent?: 'small' | 'moderate' | 'large';
  readonly course?: 'new' | 'worse' | 'better' | 'same';
  readonly device?: 'central line' | 'endotracheal tube' | 'ECG leads';
}

export interface ChestTruth {
  readonly condition: Condition;
  /** In [0, 1]: how ill the patient is when the film is taken. */
  readonly severity: number;
  readonly rng: Rng;
}

/**
 * What a film of this patient shows, and what its reader rules out: sicker patients show more, larger and more certain
 * findings; the same condition does not always show.
 */
export function chestFacts(truth: ChestTruth): readonly ReportFact[] {
  const shown = FACTS_OF[truth.condition](truth);
  const aside = incidental(truth.rng);
  const mentioned = new Set([...shown, ...aside].map(({ finding }) => finding));
  const denied = DENIABLE.filter((finding) => !mentioned.has(finding) && !contradicts(finding, mentioned) && truth.rng.next() < DENIED[finding]).map(
    (finding): ReportFact => ({
      finding,
      certainty: 'absent',
    }),
  );
  return [...shown, ...aside, ...denied];
}

/** "The lungs are clear" is not said of a lung that shows something. */
function contradicts(finding: FactFinding, mentioned: ReadonlySet<FactFinding>): boolean {
  return finding === 'opacity' && IN_THE_LUNG.some((other) => mentioned.has(other));
}
const IN_THE_LUNG: readonly FactFinding[] = ['consolidation', 'pneumonia', 'atelectasis', 'nodule', 'edema'];

/** Findings that reports deny, and how often each is named when it is not there. */
const DENIABLE = ['pneumothorax', 'effusion', 'consolidation', 'edema', 'cardiomegaly', 'fracture', 'opacity'] as const;
const DENIED: Readonly<Record<(typeof DENIABLE)[number], number>> = {
  pneumothorax: 0.85,
  effusion: 0.8,
  consolidation: 0.6,
  edema: 0.35,
  cardiomegaly: 0.7,
  fracture: 0.3,
  opacity: 0.35,
};

const FACTS_OF: Readonly<Record<Condition, (truth: ChestTruth) => readonly ReportFact[]>> = {
  pneumonia: ({ severity, rng }) => {
    if (rng.next() > 0.35 + severity) return [];
    const place = { side: oneOf(rng, ['left', 'right'] as const), zone: rng.next() < 0.7 ? 'lower' : oneOf(rng, ['upper', 'mid'] as const) } as const;
    const extent = extentOf(severity, rng);
    return [
      { finding: severity > 0.5 && rng.next() < 0.6 ? 'consolidation' : 'opacity', certainty: 'present', ...place, extent, ...changing(rng, severity) },
      ...(rng.next() < 0.6 ? [{ finding: 'pneumonia', certainty: rng.next() < severity ? 'present' : 'possible', ...place } as const] : []),
      ...(rng.next() < severity - 0.15 ? [{ finding: 'effusion', certainty: 'present', side: place.side, extent: 'small' } as const] : []),
    ];
  },
  sepsis: ({ severity, rng }) => [
    ...(severity > 0.45 && rng.next() < 0.7 ? [{ finding: 'device', certainty: 'present', device: 'central line', side: 'right' } as const] : []),
    ...(rng.next() < 0.3 + 0.4 * severity
      ? [{ finding: 'opacity', certainty: rng.next() < severity ? 'present' : 'possible', ...somewhereLow(rng), extent: extentOf(severity, rng) } as const]
      : []),
    ...(rng.next() < severity * 0.4 ? [{ finding: 'edema', certainty: 'possible' } as const] : []),
  ],
  'heart-failure': ({ severity, rng }) => [
    { finding: 'cardiomegaly', certainty: 'present', extent: extentOf(severity, rng) },
    ...(rng.next() < 0.25 + severity
      ? [{ finding: 'edema', certainty: severity > 0.3 ? 'present' : 'possible', extent: extentOf(severity, rng), ...changing(rng, severity) } as const]
      : []),
    ...(rng.next() < 0.3 + severity
      ? [
          {
            finding: 'effusion',
            certainty: 'present',
            side: oneOf(rng, ['both', 'right', 'left'] as const),
            extent: extentOf(severity, rng),
            ...changing(rng, severity),
          } as const,
        ]
      : []),
  ],
  copd: ({ severity, rng }) => [
    { finding: 'emphysema', certainty: 'present' },
    ...(rng.next() < severity + 0.1
      ? [
          {
            finding: 'opacity',
            certainty: severity > 0.4 ? 'present' : 'possible',
            ...somewhereLow(rng),
            extent: extentOf(severity, rng),
            ...changing(rng, severity),
          } as const,
        ]
      : []),
  ],
  'after-surgery': ({ severity, rng }) => [
    ...(rng.next() < 0.5 + 0.3 * severity ? [{ finding: 'atelectasis', certainty: 'present', ...somewhereLow(rng), extent: 'small' } as const] : []),
    ...(rng.next() < 0.2 + 0.4 * severity
      ? [{ finding: 'effusion', certainty: 'present', side: oneOf(rng, ['left', 'right'] as const), extent: extentOf(severity, rng) } as const]
      : []),
    ...(severity > 0.5 && rng.next() < 0.5 ? [{ finding: 'device', certainty: 'present', device: 'central line', side: 'right' } as const] : []),
  ],
};

function incidental(rng: Rng): readonly ReportFact[] {
  const draw = rng.next();
  if (draw < 0.06) return [{ finding: 'fracture', certainty: 'historical', side: oneOf(rng, ['left', 'right'] as const) }];
  if (draw < 0.1) return [{ finding: 'nodule', certainty: 'possible', side: oneOf(rng, ['left', 'right'] as const), zone: 'upper' }];
  if (draw < 0.16) return [{ finding: 'device', certainty: 'present', device: 'ECG leads' }];
  return [];
}

function somewhereLow(rng: Rng): { readonly side: 'left' | 'right'; readonly zone: 'lower' } {
  return { side: oneOf(rng, ['left', 'right'] as const), zone: 'lower' };
}

function extentOf(severity: number, rng: Rng): 'small' | 'moderate' | 'large' {
  const felt = severity + 0.25 * (rng.next() - 0.5);
  return felt < 0.35 ? 'small' : felt < 0.7 ? 'moderate' : 'large';
}

function changing(rng: Rng, severity: number): { readonly course?: 'new' | 'worse' | 'better' | 'same' } {
  if (rng.next() < 0.45) return {};
  const draw = rng.next();
  if (severity > 0.55) return { course: draw < 0.5 ? 'worse' : draw < 0.85 ? 'new' : 'same' };
  return { course: draw < 0.4 ? 'same' : draw < 0.8 ? 'better' : 'new' };
}

export function oneOf<T>(rng: Rng, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(rng.next() * choices.length)] ?? choices[0];
}

const SIZE = { small: 0.05, moderate: 0.085, large: 0.125 } as const;
const DENSITY = { small: 0.45, moderate: 0.6, large: 0.8 } as const;
const VOLUME = { small: 0.2, moderate: 0.45, large: 0.75 } as const;
const HEART = { small: 1.2, moderate: 1.3, large: 1.42 } as const;
const DEVICE = { 'central line': 'central-line', 'endotracheal tube': 'endotracheal-tube', 'ECG leads': 'ecg-leads' } as const;

/** What is planted in the film that this report describes. Denied, past and merely named findings leave no shadow. */
export function phantomFindings(facts: readonly ReportFact[], rng: Rng): readonly PhantomFinding[] {
  return facts.filter(({ certainty }) => certainty === 'present' || certainty === 'possible').flatMap((fact) => shadowsOf(fact, rng));
}

type Shadow = (fact: ReportFact, spread: number) => readonly PhantomFinding[];

const patch =
  (share: number): Shadow =>
  (fact, spread) =>
    sidesOf(fact).map((side) => ({
      kind: 'opacity',
      side,
      zone: fact.zone ?? 'lower',
      size: SIZE[fact.extent ?? 'small'] * spread * share,
      density: DENSITY[fact.extent ?? 'small'] * (fact.certainty === 'possible' ? 0.6 : 1),
    }));

const none: Shadow = () => [];

/** What the phantom can draw; the rest is said and not drawn. */
const SHADOW: Readonly<Record<FactFinding, Shadow>> = {
  opacity: patch(1),
  consolidation: patch(1),
  atelectasis: patch(0.7),
  effusion: (fact, spread) => sidesOf(fact).map((side) => ({ kind: 'effusion', side, volume: VOLUME[fact.extent ?? 'small'] * spread })),
  cardiomegaly: ({ extent = 'small' }) => [{ kind: 'cardiomegaly', factor: HEART[extent] }],
  device: ({ device = 'ECG leads' }) => [{ kind: 'device', device: DEVICE[device] }],
  nodule: (fact) => sidesOf(fact).map((side) => ({ kind: 'opacity', side, zone: fact.zone ?? 'upper', size: 0.03, density: 0.5 })),
  pneumonia: none,
  edema: none,
  pneumothorax: none,
  emphysema: none,
  fracture: none,
};

function shadowsOf(fact: ReportFact, rng: Rng): readonly PhantomFinding[] {
  return SHADOW[fact.finding](fact, 0.9 + 0.2 * rng.next());
}

function sidesOf({ side = 'right' }: ReportFact): readonly ('left' | 'right')[] {
  return side === 'both' ? ['left', 'right'] : [side];
}
