import type { Rng } from '@concord/core/ports';
import type { DetailRow, Judged } from './detail.ts';
import { byPatient, ratio } from './ratio.ts';

/** Under so many patients a cell shows no figure: it would tell of persons. */
const PATIENTS_SHOWN_FROM = 10;
/** Cells below these are reported only, never judged (DESIGN 5). */
const PATIENTS_JUDGED_FROM = 200;
const EVENTS_JUDGED_FROM = 20;

export interface Subgroup {
  readonly pattern: string;
  readonly sex: string;
  readonly age: string;
  readonly patients: number;
  readonly rows: number;
  /** Patients with the event; null in a cell that is too small to show. */
  readonly events: number | null;
  readonly observedExpected: Judged;
  /** Share of events to come whose score lay below the raised tier. */
  readonly missed: Judged;
  readonly isJudged: boolean;
}

const AGES = [
  ['18 to 44', 45],
  ['45 to 64', 65],
  ['65 to 79', 80],
  ['80 and over', Infinity],
] as const;

const NOTHING: Judged = { value: null, interval: null };

/** Pattern x sex x age band, and each of them whole; everybody first. A group of fewer than ten patients is left out. */
export function subgroupsOf(rows: readonly DetailRow[], raised: number, rng: Rng): readonly Subgroup[] {
  const cells = new Map<string, Cell>();
  for (const row of rows) {
    for (const names of namesOf(row)) {
      const key = names.join('|');
      const cell = cells.get(key) ?? { names, rows: [] };
      cell.rows.push(row);
      cells.set(key, cell);
    }
  }
  const order = ({ names: [pattern, sex, age] }: Cell): string => [pattern, sex === 'all' ? '0' : sex, age === 'all' ? '0' : age].join('|');
  return [...cells.values()]
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
    .map(({ names, rows: own }) => subgroup(names, own, { raised, rng }))
    .filter(({ patients, sex, age }) => patients >= PATIENTS_SHOWN_FROM || (sex === 'all' && age === 'all'));
}

interface Cell {
  readonly names: readonly [pattern: string, sex: string, age: string];
  readonly rows: DetailRow[];
}

function namesOf({ pattern, who }: DetailRow): readonly (readonly [string, string, string])[] {
  const inputs = pattern.join(' + ');
  const age = AGES.find(([, below]) => who?.ageYears !== undefined && who.ageYears < below)?.[0] ?? 'not known';
  const sex = who?.sex ?? 'unknown';
  return [
    [inputs, 'all', 'all'],
    [inputs, sex, 'all'],
    [inputs, 'all', age],
    [inputs, sex, age],
  ];
}

function subgroup(
  [pattern, sex, age]: readonly [string, string, string],
  rows: readonly DetailRow[],
  { raised, rng }: { readonly raised: number; readonly rng: Rng },
): Subgroup {
  const patients = new Set(rows.map(({ patient }) => patient)).size;
  const events = new Set(rows.filter(({ label }) => label).map(({ patient }) => patient)).size;
  const head = { pattern, sex, age, patients, rows: rows.length };
  if (patients < PATIENTS_SHOWN_FROM) return { ...head, events: null, observedExpected: NOTHING, missed: NOTHING, isJudged: false };
  return {
    ...head,
    events,
    observedExpected: ratio(
      byPatient(rows, ({ label, probability }) => [Number(label), probability]),
      rng,
    ),
    missed: ratio(
      byPatient(rows, ({ label, probability }) => [label && probability < raised ? 1 : 0, Number(label)]),
      rng,
    ),
    isJudged: patients >= PATIENTS_JUDGED_FROM && events >= EVENTS_JUDGED_FROM,
  };
}

export interface ConformalCell {
  readonly pattern: string;
  readonly class: 'with the event' | 'without';
  readonly patients: number;
  /** Mean over patients of the share of their rows whose set held the outcome. */
  readonly coverage: Judged;
  /** The interval holds 90 %. */
  readonly holds: boolean | null;
}

const PROMISED = 0.9;

/** Coverage of the 90 % sets per pattern and class, every patient counted once however many hours there are. */
export function conformalCells(rows: readonly DetailRow[], rng: Rng): readonly ConformalCell[] {
  const patterns = [...new Set(rows.map(({ pattern }) => pattern.join(' + ')))].sort();
  return patterns.flatMap((pattern) =>
    [true, false].map((label): ConformalCell => {
      const own = rows.filter((row) => row.label === label && row.pattern.join(' + ') === pattern);
      const shares = byPatient(own, ({ covered }) => [Number(covered), 1]).map(({ top, bottom }) => ({ top: top / bottom, bottom: 1 }));
      const coverage = shares.length < PATIENTS_SHOWN_FROM ? NOTHING : ratio(shares, rng);
      const [low, high] = coverage.interval ?? [];
      const holds = low === undefined || high === undefined ? null : low <= PROMISED && high >= PROMISED;
      return { pattern, class: label ? 'with the event' : 'without', patients: shares.length, coverage, holds };
    }),
  );
}
