import type { PatientId } from '@concord/core/clinical';
import type { Instant } from '@concord/core/kernel';
import type { DemoPatient } from '@concord/generator';
import { readDemoClock, writeDemoClock } from './anchor.ts';
import { layDown, type LayDownParts } from './lay-down.ts';
import { scorePast, type PastScoresParts } from './past-scores.ts';

/** Patients at a time: while one waits for the database or a model thread, the other draws its film. */
const AT_A_TIME = 2;

export interface SeedParts {
  readonly layDown: LayDownParts;
  readonly scores: PastScoresParts;
  readonly dataDir: string;
  readonly now: () => Instant;
  /** Fewer than the whole cast; a test wants few or none. */
  readonly patients: number | undefined;
  /** How many of how many are done; told only when something was to do. */
  readonly progress: (done: number, of: number) => void;
}

export interface Seeded {
  readonly patients: number;
  /** Of these, how many were laid down now. */
  readonly added: number;
  readonly assessments: number;
}

/** The demo's patients with their past. Again it adds what is missing and changes nothing else. */
export async function seedDemo(parts: SeedParts): Promise<Seeded> {
  const clock = await readDemoClock(parts.dataDir, parts.now());
  await writeDemoClock(parts.dataDir, clock);
  const cast = parts.layDown.source.cast(clock).slice(0, parts.patients);
  const upTo = clock.upTo > clock.anchor ? clock.upTo : clock.anchor;
  const totals = { added: 0, assessments: 0, done: 0 };
  const one = async (patient: DemoPatient): Promise<void> => {
    const { patientId, isNew } = await layDown(patient, upTo, parts.layDown);
    const count = await scored(patient, patientId, parts);
    totals.assessments += count;
    totals.added += isNew ? 1 : 0;
    totals.done += 1;
    if (totals.added > 0) parts.progress(totals.done, cast.length);
  };
  const waiting = [...cast];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await one(next);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  await writeDemoClock(parts.dataDir, { ...clock, upTo, patients: cast.length });
  return { patients: cast.length, added: totals.added, assessments: totals.assessments };
}

function scored(patient: DemoPatient, patientId: PatientId, { scores, now }: SeedParts): Promise<number> {
  return scorePast(patient, patientId, now(), scores);
}
