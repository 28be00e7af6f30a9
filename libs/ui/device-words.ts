import type { HeldList, PatientPage } from '@concord/contracts';
import { when } from './format.ts';

type Device = PatientPage['devices'][number];
type Held = HeldList['items'][number]['held'][number];

/** Site time beside the moment from which times are told. */
export interface Told {
  readonly nowMs: number;
  readonly zone: string;
}

/** `3 readings of monitor-7, 12:00 to 12:20` */
export function heldWords({ device, count, oldest, newest }: Held, { nowMs, zone }: Told): string {
  const at = (moment: string): string => when(Date.parse(moment), nowMs, zone);
  const times = at(oldest) === at(newest) ? at(oldest) : `${at(oldest)} to ${at(newest)}`;
  return `${String(count)} ${count === 1 ? 'reading' : 'readings'} of ${device}, ${times}`;
}

/** What is said of one device, the gravest first; nothing of one that simply speaks for the patient. */
export function deviceWarning({ device, contestedAt, ended }: Device, { nowMs, zone }: Told): { readonly head: string; readonly rest: string } | null {
  if (ended !== null)
    return {
      head: `${device} is not on this patient`,
      rest: ` since ${when(Date.parse(ended.at), nowMs, zone)}, says ${ended.by}. What it sends under this name is kept and not scored.`,
    };
  if (contestedAt === null) return null;
  return {
    head: `${device} spoke for another patient too`,
    rest: ` at ${when(Date.parse(contestedAt), nowMs, zone)}. Look whom it is on: what it measured then may be somebody else’s.`,
  };
}
