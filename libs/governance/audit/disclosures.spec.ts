import type { PatientId } from '@concord/core/clinical';
import { days, instant, minus, plus } from '@concord/core/kernel';
import type { AuditRow, AuditTally } from '@concord/core/ports';
import { describe, expect, it } from 'vitest';
import { accountOf, duePurposes, toldToPatient } from './disclosures.ts';
import { KINDS } from './vocabulary.ts';

const now = instant(Date.UTC(2026, 10, 24));
const ago = (count: number) => minus(now, days(count));
const row: AuditRow = {
  eventId: '0199aaaa-0000-7000-8000-000000000001',
  unitId: '0199aaaa-0000-7000-8000-000000000002',
  unitPart: 'open',
  recordedAt: ago(1),
  category: 'rest',
  subtype: 'read',
  action: 'R',
  outcome: 0,
  actor: { issuer: 'concord', subject: 'u1', login: 'privacy', name: 'H. Brandt', roles: ['privacy'] },
  clientId: 'concord-web',
  purpose: 'HOPERAT',
  legalBasis: 'privacy-audit',
  patientId: '00000000-0000-4000-8000-0000000000aa' as PatientId,
  resource: 'AuditEvent',
  objects: [],
  requestId: 'req-1',
};
const given = (to: string, at: AuditRow['recordedAt'], written = at): AuditRow => ({
  ...row,
  ...KINDS.disclosure,
  kind: 'disclosure',
  recordedAt: written,
  recipient: { name: to },
  detail: { basis: 'law-enforcement', disclosedAt: new Date(at).toISOString(), what: ['reports'] },
});
const silence = (agency: string, written: AuditRow['recordedAt'], until: AuditRow['recordedAt']): AuditRow => ({
  ...row,
  ...KINDS.suspension,
  kind: 'suspension',
  recordedAt: written,
  recipient: { name: agency },
  detail: { request: 'written', until: new Date(until).toISOString() },
});
/** The events of a period as the record counts them, and those of it that must be named. */
const period = (recorded: readonly AuditRow[]) => {
  const tallies: readonly AuditTally[] = recorded.map(({ kind, action, unitPart, outcome, purpose }) => ({
    ...(kind && { kind }),
    action,
    unitPart,
    outcome,
    purpose,
    times: 1,
  }));
  return { tallies, due: recorded.filter(({ purpose }) => duePurposes(tallies).includes(purpose)) };
};
const lastWeek = { from: ago(7), to: now, now };

describe('the accounting of a period', () => {
  it('keeps silent about an agency whose request was written down before the period began', () => {
    const statements = [silence('County police', ago(30), plus(now, days(10))), given('County police', ago(3))];
    expect(accountOf({ ...period(statements.slice(1)), statements, ...lastWeek })).toMatchObject({ entries: [], suspended: 1 });
    expect(toldToPatient({ recorded: statements, statements, now })).toEqual([]);
  });

  it('keeps silent about an agency that was typed another way', () => {
    const statements = [silence('County  Police ', ago(3), plus(now, days(10))), given('county police', ago(2))];
    expect(accountOf({ ...period(statements), statements, ...lastWeek }).entries).toEqual([]);
  });

  it('tells of it once the silence is over, and of nobody else’s silence ever', () => {
    const statements = [silence('County police', ago(30), ago(1)), given('County police', ago(3))];
    expect(accountOf({ ...period(statements), statements, ...lastWeek })).toMatchObject({ entries: [{ recipient: 'County police' }], suspended: 0 });
    expect(toldToPatient({ recorded: statements, statements, now })).toEqual([statements[1]]);
  });

  it('holds what was given in it though it was written down later, and not what was given before it', () => {
    const late = given('Registry', ago(8), ago(1));
    const [from, to] = [ago(10), ago(5)];
    expect(accountOf({ ...period([]), statements: [late], from, to, now }).entries).toMatchObject([{ recipient: 'Registry', at: ago(8) }]);
    expect(accountOf({ ...period([late]), statements: [late], ...lastWeek }).entries).toEqual([]);
  });

  it('is whole for a stay of months: what is only counted is asked for as numbers, what must be named as lines', () => {
    const treated: AuditTally = { action: 'R', unitPart: 'open', outcome: 0, purpose: 'TREAT', times: 250_000 };
    const refused: AuditTally = { ...treated, outcome: 4, purpose: 'HRESCH', times: 3 };
    const research: AuditTally = { ...treated, purpose: 'HRESCH', times: 1 };
    const tallies = [treated, refused, research];
    expect(duePurposes(tallies)).toEqual(['HRESCH']);
    const due = [
      { ...row, purpose: 'HRESCH', recordedAt: ago(2) },
      { ...row, purpose: 'HRESCH', outcome: 4 as const },
    ];
    const { entries, exempt } = accountOf({ tallies, due, statements: [], ...lastWeek });
    expect(entries).toMatchObject([{ purpose: 'HRESCH', times: 1 }]);
    expect(exempt.map(({ id, count }) => [id, count])).toEqual([
      ['refused', 3],
      ['treatment', 250_000],
    ]);
  });
});
