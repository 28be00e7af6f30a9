import type { Page } from '@concord/core/ports';

/** Nobody asks for more at once; a door's own limit is lower. */
const COUNT_MAX = 1_000;

/** The place of a row in an order of (moment, id), as an opaque word. */
export function placeOf(moment: Date, id: string): string {
  return Buffer.from(`${moment.getTime()}|${id}`).toString('base64url');
}

/** @returns undefined for a first page, and for a word that is none of ours. */
export function placeIn(page: Page): { readonly moment: Date; readonly id: string } | undefined {
  if (page.after === undefined) return undefined;
  const [time, id] = Buffer.from(page.after, 'base64url').toString('utf8').split('|');
  const moment = new Date(Number(time));
  return time === undefined || id === undefined || Number.isNaN(moment.getTime()) ? undefined : { moment, id };
}

export function pageSize(page: Page): number {
  return Math.min(Math.max(page.count, 0), COUNT_MAX);
}
