import { laterOf, minutes, type Instant } from '../kernel/index.ts';

/** A stretch of time in which a device speaks for one patient. */
export interface DeviceTurn {
  /** Whoever it is; two patients differ. */
  readonly who: string;
  readonly from: Instant;
  /** Its newest reading of that patient. */
  readonly newest: Instant;
  /** When the next patient's began; open without. */
  readonly until?: Instant;
  /** The last time at which the device also spoke for somebody else. */
  readonly contested?: Instant;
}

export interface TurnTaken<T extends DeviceTurn> {
  /** All turns as they are now: those that changed are new objects, a new one has no more than a turn has. */
  readonly turns: readonly (T | DeviceTurn)[];
  /** The reading lies between readings of another patient: whose it is nobody can say, and no model sees it. */
  readonly elsewhere: boolean;
}

/** A device that comes back this soon was hardly put on somebody else between: one of the two is a mix-up. */
const BACK_TOO_SOON = minutes(10);
/** A name that so many others bear within that time is no one device: a source names its make, and nothing is concluded from it. */
const OTHERS_OF_ONE_NAME = 2;

/**
 * Whose a reading is, by the other readings of the same device: no device is on two patients at once. A reading later than the other patient's
 * hands the device over; one that lies within the other's is nobody's. Both patients' turns are marked where they contradict each other.
 */
export function takeTurn<T extends DeviceTurn>(turns: readonly (T | DeviceTurn)[], reading: { readonly who: string; readonly at: Instant }): TurnTaken<T> {
  const { who, at } = reading;
  const rival = turns.find((turn) => turn.who !== who && turn.from <= at && at <= turn.newest);
  if (rival !== undefined && isNameOfMany(turns, reading)) return { turns, elsewhere: false };
  if (rival !== undefined) return { turns: contest(turns, { rival, ...reading }), elsewhere: true };
  const own = turns.find((turn) => turn.who === who && (turn.until === undefined || (turn.from <= at && at < turn.until)));
  if (own === undefined) return { turns: begin(turns, reading), elsewhere: false };
  return { turns: turns.map((turn) => (turn === own ? { ...turn, newest: laterOf(turn.newest, at) } : turn)), elsewhere: false };
}

/** The other's turn and the patient's own last one are marked; a patient who has none gets one of that moment. */
function contest<T extends DeviceTurn>(
  turns: readonly (T | DeviceTurn)[],
  { rival, who, at }: { readonly rival: DeviceTurn; readonly who: string; readonly at: Instant },
): readonly (T | DeviceTurn)[] {
  const own = lastOf(turns, who);
  const marked = turns.map((turn) => (turn === rival || turn === own ? { ...turn, contested: at } : turn));
  return own === undefined ? [...marked, { who, from: at, newest: at, until: at, contested: at }] : marked;
}

/** The device is this patient's from here on; what was another's ends. A reading that came late takes the time before the other's turn alone. */
function begin<T extends DeviceTurn>(
  turns: readonly (T | DeviceTurn)[],
  { who, at }: { readonly who: string; readonly at: Instant },
): readonly (T | DeviceTurn)[] {
  const next = turns
    .filter((turn) => turn.who !== who && turn.from > at)
    .reduce<Instant | undefined>((first, { from }) => (first === undefined || from < first ? from : first), undefined);
  const before = lastOf(turns, who);
  const isBack = before?.until !== undefined && at >= before.until && at - before.until < BACK_TOO_SOON;
  const tooSoon = isBack && !isNameOfMany(turns, { who, at });
  const mark = tooSoon ? { contested: at } : {};
  const ended = turns.map((turn) =>
    turn.who !== who && turn.from <= at && (turn.until === undefined || at < turn.until) ? { ...turn, until: at, ...mark } : turn,
  );
  return [...ended, { who, from: at, newest: at, ...mark, ...(next === undefined ? {} : { until: next }) }];
}

function isNameOfMany(turns: readonly DeviceTurn[], { who, at }: { readonly who: string; readonly at: Instant }): boolean {
  const near = turns.filter((turn) => turn.who !== who && turn.from - at < BACK_TOO_SOON && at - (turn.until ?? turn.newest) < BACK_TOO_SOON);
  return new Set(near.map((turn) => turn.who)).size >= OTHERS_OF_ONE_NAME;
}

function lastOf<T extends DeviceTurn>(turns: readonly (T | DeviceTurn)[], who: string): T | DeviceTurn | undefined {
  return turns
    .filter((turn) => turn.who === who)
    .reduce<T | DeviceTurn | undefined>((last, turn) => (last === undefined || turn.from >= last.from ? turn : last), undefined);
}
