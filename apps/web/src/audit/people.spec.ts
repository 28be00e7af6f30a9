import { describe, expect, it } from 'vitest';
import type { AuditLine } from './event.ts';
import { peopleIn } from './people.ts';

const line = (more: Partial<AuditLine>): AuditLine => ({
  id: 'e',
  atMs: 1,
  login: 'nurse',
  name: 'K. Lindqvist, nurse',
  what: 'Read',
  on: [],
  query: null,
  basis: 'ward-staff',
  because: 'Ward staff read the patients who lie in their ward now.',
  relation: 'Bed in their ward',
  scores: [],
  unit: '',
  purpose: 'TREAT',
  outcome: 'allowed',
  request: null,
  patient: 'p',
  ...more,
});

describe('one look at who saw a patient', () => {
  it('names each person once, with every ground on which they were allowed or refused, and the scores they saw', () => {
    const people = peopleIn([
      line({}),
      line({ atMs: 5, scores: ['sepsis-6h by concord-3'] }),
      line({ login: 'physician', name: 'Dr R. Osei', outcome: 'refused', because: 'No relation to this patient.', relation: '' }),
    ]);
    expect(people.map(({ login, times, refused }) => [login, times, refused])).toEqual([
      ['nurse', 2, 0],
      ['physician', 1, 1],
    ]);
    expect(people[0]).toMatchObject({
      lastAtMs: 5,
      grounds: ['Bed in their ward. Ward staff read the patients who lie in their ward now.'],
      scores: ['sepsis-6h by concord-3'],
    });
    expect(people[1]?.grounds).toEqual(['Refused: No relation to this patient.']);
  });
});
