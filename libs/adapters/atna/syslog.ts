import type { AuditRow } from '@concord/core/ports';
import { dicomAuditMessage } from '@concord/governance/audit';

/** Facility 10 (security and authorization), severity 5 (normal but significant) or 4 (warning): ITI-20, 3.20.4.1.2.1. */
const PRI = { usual: 10 * 8 + 5, warning: 10 * 8 + 4 } as const;
const MSGID = 'IHE+RFC-3881';

/** One event as an RFC 5424 syslog message with the DICOM audit message as its UTF-8 text. */
export function syslogMessage(row: AuditRow, host: string): string {
  const pri = row.outcome === 0 ? PRI.usual : PRI.warning;
  const at = new Date(row.recordedAt).toISOString();
  // PROCID is left out; the byte order mark says that the text is UTF-8 (RFC 5424, 6.4).
  return `<${pri}>1 ${at} ${host} concord - ${MSGID} - \uFEFF${dicomAuditMessage(row)}`;
}

/** Octet counting, RFC 5425: the length in bytes, a space, the message. */
export function framed(message: string): Buffer {
  const bytes = Buffer.from(message);
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}
