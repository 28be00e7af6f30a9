import type { Demographics, IngestError } from '@concord/core/clinical';
import { days, err, minus, minutes, ok, parseInstant, plus, type Instant, type Result } from '@concord/core/kernel';

/** A clock may run ahead by this much; what is dated so is kept, and unused before its time. */
export const AHEAD_MAX = minutes(5);
// A birth date has no zone: the day of birth began up to fourteen hours earlier somewhere.
const BIRTHDAY_SLACK = days(1);

/** Refuses what no clock of this patient can have shown: more than five minutes ahead, or before birth. */
export function checkTime(effectiveAt: Instant, now: Instant, demographics: Demographics | undefined): Result<Instant, IngestError> {
  if (effectiveAt > plus(now, AHEAD_MAX)) return err({ kind: 'impossible-time', reason: 'the time lies more than five minutes ahead' });
  const born = birth(demographics?.birthDate);
  if (born !== undefined && effectiveAt < minus(born, BIRTHDAY_SLACK))
    return err({ kind: 'impossible-time', reason: 'the time lies before the birth of the patient' });
  return ok(effectiveAt);
}

/** The first moment that a birth date, a month or a year may mean, in UTC. */
function birth(birthDate: string | undefined): Instant | undefined {
  if (birthDate === undefined) return undefined;
  const first = parseInstant(`${birthDate}${'-01-01'.slice(birthDate.length === 4 ? 0 : birthDate.length === 7 ? 3 : 6)}T00:00:00Z`);
  return first.ok ? first.value : undefined;
}
