import { createHash } from 'node:crypto';
import { dropExpired, expiredEvents, type ExpiredEvents } from '@concord/adapters/postgres';
import { openAccess } from '../access.ts';
import { aboutErased } from '../requests.ts';
import { requireRunning } from '../running.ts';
import { EXIT, readArgs, UsageError, VerbFailed, type ExitCode, type Io, type Verb } from '../verb.ts';

/** Drops the bytes of events of the record that are older than six years; their leaves stay, so every proof still verifies. */
export const retention: Verb = {
  usage: 'retention --dry-run | --apply     what is under a legal hold stays; the drop is itself on the record, with its range and its head',
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values } = readArgs(args, { 'dry-run': { type: 'boolean', default: false }, apply: { type: 'boolean', default: false } });
    if (values['dry-run'] === values.apply) throw new UsageError('Say --dry-run or --apply.');
    const ownerUrl = io.settings.databaseOwnerUrl ?? (await requireRunning(io.settings.dataDir)).databaseOwnerUrl;
    const expired = await expiredEvents(ownerUrl).catch((error: unknown) => {
      throw new VerbFailed(error instanceof Error ? error.message : 'The record did not answer.');
    });
    const dropped = values.apply && expired.events > 0 ? await drop(io, ownerUrl, expired) : 0;
    io.out(values.json ? JSON.stringify({ ...expired, dropped }) : words(expired, values.apply ? dropped : undefined));
    return EXIT.done;
  },
};

async function drop(io: Io, ownerUrl: string, { events, from, to, leaves, checkpoint }: ExpiredEvents): Promise<number> {
  const access = await openAccess(io.settings, 'worker');
  try {
    const head = checkpoint === undefined ? null : createHash('sha256').update(checkpoint).digest('hex');
    const recorded = await access.withAccess({ ...aboutErased('concord retention'), action: 'execute' }, (scope) => {
      scope.audit.note({ objects: [], detail: { retention: { events, from, to, leaves, checkpoint: checkpoint ?? null, checkpointSha256: head } } });
      return Promise.resolve();
    });
    if (!recorded.ok) throw new VerbFailed('The drop could not be recorded, so nothing was dropped.');
  } finally {
    await access.close();
  }
  return dropExpired(ownerUrl);
}

function words({ events, held, from, to }: ExpiredEvents, dropped: number | undefined): string {
  const range = from === undefined ? '' : ` (${from.slice(0, 10)} to ${to?.slice(0, 10) ?? ''})`;
  const kept = held === 0 ? '' : `, ${held} more stay under a legal hold`;
  return dropped === undefined ? `${events} events would go${range}${kept}` : `${dropped} events went${range}${kept}; their leaves stay`;
}
