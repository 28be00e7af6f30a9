import { optimalGame, TOKEN_COLUMNS, TOKEN_HEADS, TOKEN_SOURCES, tokenCohort, TOKENS_PER_SOURCE, type Measured, type TokenPatient } from '@concord/generator';
import type { NpzArray } from './npz.ts';

/** How the patients of the three parts are measured: all subsets are cut from complete ones, calibration sees patients as they come. */
const PARTS: readonly { readonly name: string; readonly share: number; readonly measured: Measured }[] = [
  { name: 'train', share: 0.85, measured: 'complete' },
  { name: 'calibration', share: 0.15, measured: 'by-severity' },
];

const TRUTH_ROWS = 4_000;

/**
 * Token-level patients with known truth, for the bundle `benchmark-fusion`. The evaluation draws its own from other seeds.
 * A last part, `truth`, is complete and holds what the best possible score would be, for the lab to compare with.
 * @returns per part: a tensor per source `[n, 4, columns]`, `age` [n, 3, 4] hours, `measured` [n, 3], `labels` [n, heads] (-1 = not asked).
 */
export function fusionTensors(count: number, seed: number): readonly NpzArray[] {
  const truth = [...tokenCohort({ seed: `truth-${seed}`, count: TRUTH_ROWS, measured: 'complete' })];
  return [
    ...PARTS.flatMap(({ name, share, measured }) => partOf(name, [...tokenCohort({ seed: `${name}-${seed}`, count: Math.round(count * share), measured })])),
    ...partOf('truth', truth),
    { name: 'truth_optimal', shape: [TRUTH_ROWS, TOKEN_HEADS.length, 2 ** TOKEN_SOURCES.length], data: optimal(truth) },
  ];
}

function optimal(patients: readonly TokenPatient[]): Float32Array<ArrayBuffer> {
  return Float32Array.from(patients.flatMap((patient) => TOKEN_HEADS.flatMap((head) => optimalGame(patient, TOKEN_SOURCES, head))));
}

function partOf(name: string, patients: readonly TokenPatient[]): readonly NpzArray[] {
  const n = patients.length;
  const sources = TOKEN_SOURCES.map((source): NpzArray => {
    const width = TOKEN_COLUMNS[source].length;
    const data = new Float32Array(n * TOKENS_PER_SOURCE * width);
    patients.forEach((patient, row) => {
      data.set(patient.sources[source].data, row * TOKENS_PER_SOURCE * width);
    });
    return { name: `${name}_${source}`, shape: [n, TOKENS_PER_SOURCE, width], data };
  });
  const age = Float32Array.from(patients.flatMap((patient) => TOKEN_SOURCES.flatMap((source) => [...patient.sources[source].ageHours])));
  const measured = Uint8Array.from(patients.flatMap((patient) => TOKEN_SOURCES.map((source) => Number(patient.measured.includes(source)))));
  const labels = Int32Array.from(patients.flatMap((patient) => TOKEN_HEADS.map((head) => patient.labels[head] ?? -1)));
  const findings = Uint8Array.from(patients.flatMap((patient) => patient.findings));
  return [
    ...sources,
    { name: `${name}_age`, shape: [n, TOKEN_SOURCES.length, TOKENS_PER_SOURCE], data: age },
    { name: `${name}_measured`, shape: [n, TOKEN_SOURCES.length], data: measured },
    { name: `${name}_labels`, shape: [n, TOKEN_HEADS.length], data: labels },
    { name: `${name}_findings`, shape: [n, findings.length / Math.max(1, n)], data: findings },
  ];
}
