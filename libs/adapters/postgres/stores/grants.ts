import type { EncounterRecord } from '@concord/core/ports';
import { hours, plus, type Instant, type Milliseconds } from '@concord/core/kernel';

/** Who may reach the patient, because of what, from when until when. */
export interface Grant {
  readonly relationship: 'ward' | 'discharged-72h' | 'care-team' | 'recent-study' | 'own-record';
  readonly holder: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant | undefined;
}

type Place = EncounterRecord['locations'][number];
type Visit = Pick<EncounterRecord, 'locations'> & { readonly stay: Pick<EncounterRecord['stay'], 'status' | 'start' | 'end'> };

/** After discharge a ward's staff read on for this long. */
export const AFTER_DISCHARGE: Milliseconds = hours(72);
/** In these states of an Encounter the patient is there. */
const PRESENT = ['arrived', 'triaged', 'in-progress', 'onleave'];
const GONE = ['finished'];

/**
 * The wards that an encounter opens (integration rules of DESIGN 7): each current entry of a present patient, from its start
 * to its end, or the encounter's where it has none; after discharge the ward the patient left from, for 72 hours. An entry
 * that is planned, reserved or completed opens nothing, and neither does one that ended before: a transfer ends access.
 */
export function wardGrants(visit: Visit, afterDischarge: Milliseconds = AFTER_DISCHARGE): readonly Grant[] {
  const { status, end } = visit.stay;
  if (PRESENT.includes(status)) return visit.locations.filter(isCurrent).map((place) => wardGrant(visit, place));
  if (!GONE.includes(status) || end === undefined) return [];
  const until = plus(end, afterDischarge);
  return visit.locations
    .filter((place) => wasLeftFrom(place, end))
    .map((place) => ({ relationship: 'discharged-72h', holder: `ward:${place.wardId}`, startsAt: end, endsAt: until }));
}

function isCurrent({ status }: Place): boolean {
  return status === undefined || status === 'active';
}

function wardGrant({ stay }: Visit, place: Place): Grant {
  const ends = [place.end, stay.end].filter((moment) => moment !== undefined);
  const endsAt = ends.length === 0 ? undefined : ends.reduce((a, b) => (a < b ? a : b));
  return { relationship: 'ward', holder: `ward:${place.wardId}`, startsAt: place.start ?? stay.start, endsAt };
}

/** The last ward: its entry was open at the discharge, or ended with it. */
function wasLeftFrom({ status, end }: Place, discharged: Instant): boolean {
  if (status === 'planned' || status === 'reserved') return false;
  return end === undefined || end >= discharged;
}
