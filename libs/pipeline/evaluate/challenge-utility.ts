/** Hours around onset that the challenge of 2019 rewards, and what an alarm or its absence is worth there. */
const EARLY = -12;
const OPTIMAL = -6;
const LATE = 3;
const BEST = 1;
const MISSED_LEAST = -2;
const FALSE_ALARM = -0.05;

/** Worth of an alarm and of none in one hour. */
export interface HourUtility {
  readonly alarm: number;
  readonly none: number;
  /** The better of the two, as a perfect forecast would act within the rewarded hours. */
  readonly best: number;
}

/**
 * Utility of each hour of a stay by the challenge's rule.
 * @param labels the set's own label; it turns 1 six hours before onset.
 * Source: Reyna MA et al. Crit Care Med 2020;48(2):210-217, and its scoring code's piecewise-linear definition.
 */
export function hourUtilities(labels: readonly boolean[]): readonly HourUtility[] {
  const first = labels.indexOf(true);
  const onset = first < 0 ? undefined : first - OPTIMAL;
  return labels.map((_, hour) => utilityAt(hour, onset));
}

function utilityAt(hour: number, onset: number | undefined): HourUtility {
  if (onset === undefined) return { alarm: FALSE_ALARM, none: 0, best: 0 };
  const from = hour - onset;
  if (from > LATE) return { alarm: 0, none: 0, best: 0 };
  const alarm = from <= OPTIMAL ? Math.max(((from - EARLY) * BEST) / (OPTIMAL - EARLY), FALSE_ALARM) : ((LATE - from) * BEST) / (LATE - OPTIMAL);
  const none = from <= OPTIMAL ? 0 : ((from - OPTIMAL) * MISSED_LEAST) / (LATE - OPTIMAL);
  return { alarm, none, best: from >= EARLY ? alarm : none };
}

/** 1 for a perfect forecast, 0 for never raising an alarm. */
export function normalisedUtility(hours: readonly HourUtility[], alarms: readonly boolean[]): number {
  const sum = (of: (hour: HourUtility, at: number) => number): number => hours.reduce((total, hour, at) => total + of(hour, at), 0);
  const inaction = sum(({ none }) => none);
  return (sum(({ alarm, none }, at) => (alarms[at] === true ? alarm : none)) - inaction) / (sum(({ best }) => best) - inaction);
}
