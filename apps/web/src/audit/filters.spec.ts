import { describe, expect, it } from 'vitest';
import { auditQuery, filtersOf, siteInstant } from './filters.ts';

describe('a time that the officer writes', () => {
  it('is a time on the clock of the site', () => {
    expect(siteInstant('2026-11-23T03:12', 'Europe/Berlin')).toBe('2026-11-23T02:12:00.000Z');
    expect(siteInstant('2026-07-23T03:12', 'Europe/Berlin')).toBe('2026-07-23T01:12:00.000Z');
  });

  it('in the hour that comes twice is the first of the two: the search finds more, not less', () => {
    expect(siteInstant('2026-10-25T02:30', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z');
  });

  it('in the hour that does not exist is the moment after the change', () => {
    expect(siteInstant('2026-03-29T02:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
  });

  it('that is no time is left out', () => {
    expect(auditQuery(filtersOf({ from: 'yesterday', user: 'nurse' }), 'Europe/Berlin')).toBe('user=nurse');
  });
});
