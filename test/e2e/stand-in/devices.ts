import type { Banner, DiscordanceList, HeldList, PatientPage } from '@concord/contracts';

const MINUTE = 60_000;
const at = (now: number, minutes: number): string => new Date(now - minutes * MINUTE).toISOString();

/** The bed whose devices say different things. */
export const BED_OF_DEVICES = 'A-04';

/** A monitor and a watch that contradict each other on SpO2, and a pump that was on somebody else. @param ended somebody said that the monitor is off. */
export function devicesAt(now: number, ended: boolean): PatientPage['devices'] {
  return [
    { device: 'monitor-7', newestAt: at(now, 2), contestedAt: null, ended: ended ? { at: at(now, 1), by: 'physician' } : null, held: null },
    {
      ...{ device: 'pump-3', newestAt: at(now, 90), contestedAt: at(now, 40), ended: null },
      held: { count: 3, oldest: at(now, 40), newest: at(now, 20) },
    },
    { device: 'watch-2', newestAt: at(now, 4), contestedAt: null, ended: null, held: null },
  ];
}

/** What the two devices say of the same minutes, and a report and a film that contradict each other. */
export function concordanceAt(now: number): NonNullable<PatientPage['concordance']> {
  const reading = (device: string, number: number, minutes: number) => ({ device, number, effectiveAt: at(now, minutes) });
  const sign = (code: string, name: string, unit: string) => ({ code, name, unit });
  return {
    ...{ id: '00000000-0000-4000-9000-0000000000c1', asOf: at(now, 2), bundle: '2026.11-b1', mislinkSuspected: false, review: null },
    findings: [
      {
        finding: 'pleural-effusion',
        verdict: 'disagree',
        statements: [
          {
            ...{ modality: 'radiology-report', stance: 'absent', effectiveAt: at(now, 80), probability: null, text: '“No pleural effusion.”' },
            ...{ kind: 'report-span', pointer: { reportId: 'r-1', version: 1, start: 0, end: 20 } },
          },
          {
            ...{ modality: 'chest-imaging', stance: 'present', effectiveAt: at(now, 85), probability: 0.84, text: '84 %' },
            ...{ kind: 'image-region', pointer: { sopInstanceUid: '1.2.3', frame: 1, box: [0, 0, 2, 2] } },
          },
        ],
      },
    ],
    signs: [
      { ...sign('2708-6', 'SpO2', '%'), verdict: 'disagree', used: reading('monitor-7', 97, 2), other: reading('watch-2', 84, 4) },
      { ...sign('8867-4', 'Heart rate', '/min'), verdict: 'agree', used: reading('monitor-7', 88, 2), other: reading('watch-2', 90, 4) },
    ],
  };
}

export function heldAt(now: number, banner: Banner): HeldList {
  return { generatedAt: at(now, 0), items: [{ banner, held: [{ device: 'pump-3', count: 3, oldest: at(now, 40), newest: at(now, 20) }] }] };
}

export function queueAt(now: number, banner: Banner): DiscordanceList {
  const measured = { consistentPairs: 800, falseAlarms: 2, contraryPairs: 797, found: 590, seeds: [31, 32, 23], on: '2026-11-28' };
  const bundle = '2026.11-b1';
  return { generatedAt: at(now, 0), bundle, measured: { bundle, ...measured }, items: [{ banner, concordance: concordanceAt(now) }] };
}
