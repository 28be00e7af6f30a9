import type { LaidLane } from '@concord/ui';

/** Left of the plot: names and thresholds of the lanes. */
export const LEFT = 104;
/** Right of the plot: value, age, NEWS2 points. */
export const RIGHT = 150;
/** Above the lanes: hours and the cursor's time. */
export const TOP = 24;
/** Free pixels above and below a lane's range. */
export const PAD = 5;
export const REPORTS_HEIGHT = 25;
export const IMAGES_HEIGHT = 25;
export const SCORE_HEIGHT = 54;

/** Where everything on the axis stands, in pixels of the drawing. */
export interface AxisFrame {
  readonly width: number;
  readonly height: number;
  readonly lanes: readonly LaidLane[];
  /** Height of the stacked lanes. */
  readonly stack: number;
  readonly from: number;
  readonly to: number;
  /** Right edge of the plot: "now", or the end of the shown window. */
  readonly edge: number;
  readonly x: (at: number) => number;
  readonly timeAt: (x: number) => number;
}

export function axisFrame(width: number, lanes: readonly LaidLane[], stack: number, [from, to]: readonly [number, number]): AxisFrame {
  const plot = Math.max(120, width - LEFT - RIGHT);
  return {
    width,
    height: TOP + stack + REPORTS_HEIGHT + IMAGES_HEIGHT + SCORE_HEIGHT + 2,
    lanes,
    stack,
    from,
    to,
    edge: LEFT + plot,
    x: (at) => LEFT + ((at - from) / (to - from)) * plot,
    timeAt: (x) => from + ((x - LEFT) / plot) * (to - from),
  };
}

/** Inside the shown window. */
export function shownAt({ from, to }: AxisFrame, at: number): boolean {
  return at >= from && at <= to;
}
