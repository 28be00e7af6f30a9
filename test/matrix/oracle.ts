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
  if (role === 'integrator') return isRecord(kind);
  if (role === 'patient') return standing.isOwn === true && (isRecord(kind) || kind === 'device');
  if (kind === 'device') return false;
  return hasBrokenTheGlass(role, standing) || (isReachedInCare(role, standing) && !isWithheld(kind, standing));
}

function hasBrokenTheGlass(role: string, { glassOf, refuses }: Standing): boolean {
  return glassOf === role && refuses?.includes('BTG') !== true;
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

function isOfTheirWard(mine: readonly string[], { ward, left }: Standing): boolean {
  if (ward !== undefined && mine.includes(ward)) return true;
  return left !== undefined && left.hours <= 72 && mine.includes(left.ward);
}

/** What row-level security alone must refuse: it knows rows, not which page they are composed into. */
export function mayHaveRows(role: string, kind: Kind, standing: Standing): boolean {
  if (kind === 'chart' || kind === 'device') return mayRead(role, 'record', standing);
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
