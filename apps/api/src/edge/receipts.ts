import type { FastifyInstance } from 'fastify';
import type { CommittedRecord, Signer } from '@concord/core/ports';
import type { ReceiptLog } from '@concord/adapters/anchors';
import { signReceipt } from '@concord/governance/audit';

export interface Receipts {
  readonly signer: Signer;
  readonly log: ReceiptLog;
}

/** Sent with any value it asks for a receipt, and carries it back. */
const RECEIPT_HEADER = 'x-concord-audit-receipt';

/** A receipt of more events than this stands in the log alone: it would not fit into a header. */
const IN_HEADER_MOST = 40;

/**
 * Signs, after the commit and before the first byte, what the answer left in the record: whoever keeps the header can show later
 * that the event was there. The log of receipts lies outside the database.
 */
export function signReceipts(server: FastifyInstance, { signer, log }: Receipts, now: () => number): void {
  server.addHook('onSend', async (request, reply) => {
    const events = request.trail?.committed ?? [];
    if (events.length === 0) return;
    const receipt = signReceipt({ time: now(), events: events.map(({ eventId, sha256 }) => ({ id: uuidBytes(eventId), hash: sha256 })) }, signer);
    log.append(receipt);
    // Only whoever asks for one gets it: denied and absent are the same bytes, headers too, and no two receipts are.
    if (request.headers[RECEIPT_HEADER] !== undefined && events.length <= IN_HEADER_MOST) void reply.header(RECEIPT_HEADER, receipt);
  });
}

function uuidBytes(id: CommittedRecord['eventId']): Uint8Array {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}
