import { hours, minus, type Instant } from '@concord/core/kernel';
import type { WithAccess } from '@concord/core/ports';
import { DEMO_AUTHORITY } from '@concord/generator';
import { readDemoClock, writeDemoClock } from './anchor.ts';
import type { DemoSource } from './demo-source.ts';
import { storeReadings } from './lay-down.ts';
import { writing } from './requests.ts';

/** What a longer pause left out is not made up for: a ward looks at the last day. */
const CATCH_UP_MAX = hours(24);

export interface FeedParts {
  readonly withAccess: WithAccess;
  readonly dataDir: string;
  readonly patients: number | undefined;
  readonly source: DemoSource;
}

/**
 * Stores what the demo's devices measured since the last time, patient by patient, and has each re-scored. The course goes on
 * as it would have without a pause.
 * @returns how many readings were new.
 */
export async function feedOnce(now: Instant, parts: FeedParts): Promise<number> {
  const clock = await readDemoClock(parts.dataDir, now);
  const from = clock.upTo > minus(now, CATCH_UP_MAX) ? clock.upTo : minus(now, CATCH_UP_MAX);
  let added = 0;
  for (const patient of parts.source.cast(clock).slice(0, parts.patients)) {
    // Who was not measured opens no transaction, for that would be a record of nothing.
    if (parts.source.readings(patient, from, now).length === 0) continue;
    const done = await parts.withAccess(writing('demo feed'), async (scope) => {
      const patientId = await scope.patients.match({ system: DEMO_AUTHORITY, value: patient.mrn });
      if (patientId === undefined) return 0;
      const count = await storeReadings(scope, { patient, patientId, from, upTo: now, source: parts.source });
      if (count > 0) await scope.jobs.assess(patientId);
      return count;
    });
    added += done.ok ? done.value : 0;
  }
  await writeDemoClock(parts.dataDir, { ...clock, upTo: now });
  return added;
}
