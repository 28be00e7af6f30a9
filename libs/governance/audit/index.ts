export { toAuditEvent, type AuditEvent } from './audit-event.ts';
