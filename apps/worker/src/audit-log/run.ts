import { readFile, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { writeStatus, type AuditFolder, type LogStatus } from '@concord/adapters/anchors';
import type { Sequencer } from '@concord/adapters/postgres';
import { findDisagreement, signHead, type Disagreement, type HeadsSettings } from './heads.ts';

export interface RunSettings {
  readonly folder: AuditFolder;
  readonly heads: HeadsSettings;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** While nothing happens the log looks this often; under load it goes on at once. */
const IDLE_MS = 100;
const BUSY_MS = 25;
/** A head is signed at most this often; whoever holds a receipt waits no longer than five seconds. */
const HEAD_EVERY_MS = 1000;
/** Beyond this a person should look: a transaction was left open, or the machine cannot follow. */
const LAG_ALARM_MS = 5000;
/** What waited from before the start is taken up within a few looks. */
const ALARM_AFTER_LOOKS = 3;
const WAIT_FOR_OPERATOR_MS = 2000;

/** Sequences and signs until told to stop. @throws whatever the database throws: then a fresh start reads the log anew. */
export async function runSequencer(sequencer: Sequencer, settings: RunSettings): Promise<void> {
  await untilAgreed(sequencer, settings);
  const state = { signed: (await sequencer.newest())?.size ?? 0, headAt: 0, statusAt: 0, lateFor: 0 };
  while (!settings.signal.aborted) {
    const { leaves, lagMs } = await sequencer.step();
    const now = new Date();
    const { size } = sequencer.head();
    if (size > state.signed && now.getTime() - state.headAt >= HEAD_EVERY_MS) {
      state.signed = await signHead(sequencer, settings.heads, now);
      state.headAt = now.getTime();
    }
    if (now.getTime() - state.statusAt >= HEAD_EVERY_MS) {
      state.statusAt = now.getTime();
      state.lateFor = await tell(settings, { at: state.statusAt, size, lagMs: Math.max(lagMs, await sequencer.oldestWaitingMs()) }, state.lateFor);
    }
    await pause(leaves === 0 ? IDLE_MS : BUSY_MS, undefined, { signal: settings.signal }).catch(() => undefined);
  }
  // What was recorded until the stop gets its leaf and its head.
  await sequencer.step();
  if (sequencer.head().size > state.signed) await signHead(sequencer, settings.heads, new Date());
}

/** Writes the status; a lag that lasts is an alarm, said once. @returns for how many looks it has lasted. */
async function tell({ folder, say }: RunSettings, status: Omit<LogStatus, 'alarm'>, lateFor: number): Promise<number> {
  const late = status.lagMs > LAG_ALARM_MS ? lateFor + 1 : 0;
  const alarm = late >= ALARM_AFTER_LOOKS ? `sequencing lags ${Math.round(status.lagMs / 1000)} s behind` : null;
  if (alarm !== null && late === ALARM_AFTER_LOOKS) say(`ALARM: ${alarm}`);
  await writeStatus(folder, { ...status, alarm });
  return late;
}

/**
 * A database that is older than the heads outside, or other than they say, gets no new head: that would be a second history. It
 * waits for an operator's word that the rollback was meant (`concord audit accept-rollback`), and keeps the old heads aside.
 */
async function untilAgreed(sequencer: Sequencer, settings: RunSettings): Promise<void> {
  let said = '';
  while (!settings.signal.aborted) {
    const disagreement = await findDisagreement(sequencer, settings.heads);
    if (disagreement === undefined) return;
    const alarm = sentence(disagreement);
    if (alarm !== said) settings.say(`ALARM: ${alarm}`);
    said = alarm;
    const now = new Date();
    await writeStatus(settings.folder, { at: now.getTime(), size: sequencer.head().size, lagMs: 0, alarm });
    if (await takeAcceptance(settings.folder)) {
      settings.say('the rollback was accepted by an operator; the heads of before are kept aside');
      await settings.heads.anchors.setAside(now);
      await settings.heads.witnessed.setAside(now);
      return;
    }
    await pause(WAIT_FOR_OPERATOR_MS, undefined, { signal: settings.signal }).catch(() => undefined);
  }
}

function sentence({ kind, anchored, found }: Disagreement): string {
  return kind === 'rolled-back'
    ? `the database was rolled back: a head of ${anchored} events was signed, it holds ${found}`
    : `the database holds another history: its first ${anchored} events are not those of the signed head`;
}

async function takeAcceptance(folder: AuditFolder): Promise<boolean> {
  const found = await readFile(folder.acceptedRollback, 'utf8').catch(() => undefined);
  if (found === undefined) return false;
  await rm(folder.acceptedRollback);
  return true;
}
