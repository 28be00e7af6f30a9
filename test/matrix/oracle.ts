import type { Kind } from './routes.ts';

/** All that is true of one patient of the cast, in words that the rules use. */
export interface Standing {
  readonly name: string;
  /** Where they lie now. */
  readonly ward?: 'ward-a' | 'ward-b';
  /** Where they lay, and how long ago they left. */
  readonly left?: { readonly ward: 'ward-a' | 'ward-b'; readonly hours: number };
  readonly team?: 'nurse' | 'physician' | 'radiologist';
  readonly filmedDaysAgo: number;
  readonly isOwn?: boolean;
  readonly isVeryRestricted?: boolean;
  /** Uses for which consent refuses everything. */
  readonly refuses?: readonly string[];
  /** Kinds that consent withholds from care. */
  readonly withholds?: readonly Kind[];
  /** An open emergency grant of this person. */
  readonly glassOf?: 'nurse' | 'physician';
}

const WARDS: Readonly<Record<string, readonly string[]>> = { nurse: ['ward-a'], physician: ['ward-a', 'ward-b'] };

/** DESIGN 7 read sentence by sentence, without a table: may this role see this kind of thing of this patient? */
export function mayRead(role: string, kind: Kind, standing: Standing): boolean {
  if (kind === 'reach') return role === 'privacy' || role === 'administrator';
  if (role === 'patient') return standing.isOwn === true && isTheirs(kind);
  if (role === 'integrator') return isRecord(kind) || kind === 'consent';
  if (kind === 'accesses') return role === 'privacy';
  return kind !== 'device' && kind !== 'consent' && mayReadInCare(role, kind, standing);
}

function mayReadInCare(role: string, kind: Kind, standing: Standing): boolean {
  if (kind === 'held') return tendsTheBed(role, standing) && !isWithheld('vitals', standing);
  if (kind === 'contradiction') return role === 'radiologist' && isReachedInCare(role, standing) && standing.withholds === undefined;
  return hasBrokenTheGlass(role, standing) || (isReachedInCare(role, standing) && !isWithheld(kind, standing));
}

function hasBrokenTheGlass(role: string, { glassOf, refuses }: Standing): boolean {
  return glassOf === role && refuses?.includes('BTG') !== true;
}

/** What a patient reads of themselves. */
function isTheirs(kind: Kind): boolean {
  return isRecord(kind) || kind === 'device' || kind === 'consent' || kind === 'accesses';
}

function isRecord(kind: Kind): boolean {
  return kind === 'record' || kind === 'vitals' || kind === 'radiology-report' || kind === 'chest-imaging';
}

function isWithheld(kind: Kind, { withholds }: Standing): boolean {
  return withholds?.includes(kind) === true;
}

export function isReachedInCare(role: string, standing: Standing): boolean {
  if (standing.refuses?.includes('TREAT') === true) return false;
  if (standing.team === role) return true;
  if (standing.isVeryRestricted === true) return false;
  return role === 'radiologist' ? standing.filmedDaysAgo <= 30 : isOfTheirWard(WARDS[role] ?? [], standing);
}

/** Who works at the bed now: a look after discharge, a radiologist's and an emergency's are looks alone. */
export function tendsTheBed(role: string, { left: _, ...standing }: Standing): boolean {
  return (role === 'nurse' || role === 'physician') && isReachedInCare(role, standing);
}

function isOfTheirWard(mine: readonly string[], { ward, left }: Standing): boolean {
  if (ward !== undefined && mine.includes(ward)) return true;
  return left !== undefined && left.hours <= 72 && mine.includes(left.ward);
}

/** Who holds a relation is shown that the patient is there, even where consent or label strike it: a denial is recorded under the pseudonym. */
function hasPair(role: string, { refuses: _, isVeryRestricted: __, ...held }: Standing): boolean {
  return mayRead(role, 'record', held);
}

/** Of whose doings row-level security alone only has to change nothing: the pair is theirs to see. An administrator is the second person of an erasure. */
export function seesPair(role: string, route: string, standing: Standing): boolean {
  return hasPair(role, standing) || (role === 'administrator' && /erasures|legal-holds/.test(route));
}

/** What row-level security alone must refuse: it knows rows, not which page they are composed into. */
export function mayHaveRows(role: string, kind: Kind, standing: Standing): boolean {
  if (kind === 'chart' || kind === 'device' || kind === 'contradiction') return mayRead(role, 'record', standing);
  if (kind === 'accesses') return hasPair(role, standing) || mayRead(role, kind, standing);
  return mayRead(role, kind, standing);
}

/** On a ward's list stand the admitted whom the usual relations reach. */
export function isOnWorklist(role: string, standing: Standing): boolean {
  return ['nurse', 'physician', 'radiologist'].includes(role) && standing.ward !== undefined && isReachedInCare(role, standing);
}

/** On any other list stand those whom the usual relations reach: an emergency grant opens one record, no list. */
export function isListed(role: string, kind: Kind, standing: Standing): boolean {
  const { glassOf: _, ...usual } = standing;
  return mayRead(role, kind, usual);
}
