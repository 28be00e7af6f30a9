import { createHash } from 'node:crypto';
import { dropExpired, expiredEvents, type Dropped, type ExpiredEvents } from '@concord/adapters/postgres';
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
    const dropped = values.apply ? await drop(io, ownerUrl, expired) : undefined;
    io.out(values.json ? JSON.stringify({ ...expired, dropped: dropped?.events ?? 0, partitions: dropped?.partitions ?? 0 }) : words(expired, dropped));
    return EXIT.done;
  },
};

async function drop(io: Io, ownerUrl: string, expired: ExpiredEvents): Promise<Dropped> {
  // What a run left that was cut off stands in the record already.
  if (expired.events > 0) await record(io, expired);
  return dropExpired(ownerUrl);
}

async function record(io: Io, { events, from, to, leaves, checkpoint }: ExpiredEvents): Promise<void> {
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
}

function words({ events, held, from, to }: ExpiredEvents, dropped: Dropped | undefined): string {
  const range = from === undefined ? '' : ` (${from.slice(0, 10)} to ${to?.slice(0, 10) ?? ''})`;
  const kept = held === 0 ? '' : `, ${held} more stay under a legal hold`;
  if (dropped === undefined) return `${events} events would go${range}${kept}`;
  const whole = dropped.partitions === 0 ? '' : `, ${dropped.inPartitions} of them as ${dropped.partitions} whole partitions`;
  return `${dropped.events} events went${range}${whole}${kept}; their leaves stay`;
}
