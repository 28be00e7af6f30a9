import { toIso } from '@concord/core/kernel';
import type { AuditRow } from '@concord/core/ports';
import { accessLine } from './access-lines.ts';
import { csvTable } from './csv.ts';

const HEAD = [
  'event_id',
  'recorded',
  'login',
  'name',
  'roles',
  'client',
  'action',
  'what',
  'patient',
  'objects',
  'outcome',
  'rule',
  'why',
  'purpose',
  'scores',
  'request_id',
];

/** Events as a table for a spreadsheet; the proof is in the other formats. */
export function eventsCsv(rows: readonly AuditRow[]): string {
  return csvTable(HEAD, rows.map(cellsOf));
}

function cellsOf(row: AuditRow): readonly string[] {
  const { what, outcome, why, scores } = accessLine(row);
  const { actor } = row;
  const who = [actor.login, actor.name, actor.roles.join(' '), row.clientId];
  const about = [row.action, what, row.patientId ?? '', row.objects.join(' ')];
  return [row.eventId, toIso(row.recordedAt), ...who, ...about, outcome, row.outcomeText ?? row.legalBasis, why, row.purpose, scores.join('; '), row.requestId];
}
