export { DICOM_WORDS, KINDS } from './vocabulary.ts';
export { outputOf, outputPreimage } from './score-output.ts';
export { toAuditEvent, type AuditEvent } from './audit-event.ts';
