import { instant, hours, minus, plus } from '@concord/core/kernel';
import type { WardId } from '@concord/core/clinical';
import { describe, expect, it } from 'vitest';
import { wardGrants } from './grants.ts';

const now = instant(Date.UTC(2026, 10, 24, 12));
const yesterday = minus(now, hours(24));
const ward = (id: string) => id as WardId;
const held = (visit: Parameters<typeof wardGrants>[0]) => wardGrants(visit).map(({ relationship, holder }) => `${relationship} ${holder}`);

describe('the wards that an encounter opens', () => {
  it('are the one the patient lies in, from the start of the entry', () => {
    const grants = wardGrants({ stay: { status: 'in-progress', start: yesterday }, locations: [{ wardId: ward('ward-a'), start: now, status: 'active' }] });
    expect(grants).toEqual([{ relationship: 'ward', holder: 'ward:ward-a', startsAt: now, endsAt: undefined }]);
  });

  it('take the period of the stay where the entry has none, and hold without a status', () => {
    const grants = wardGrants({ stay: { status: 'arrived', start: yesterday, end: now }, locations: [{ wardId: ward('ward-a') }] });
    expect(grants).toEqual([{ relationship: 'ward', holder: 'ward:ward-a', startsAt: yesterday, endsAt: now }]);
  });

  it('do not include the ward of before a transfer: its entry ended', () => {
    const [left, entered] = wardGrants({
      stay: { status: 'in-progress', start: yesterday },
      locations: [
        { wardId: ward('ward-a'), start: yesterday, end: minus(now, hours(1)), status: 'active' },
        { wardId: ward('ward-b'), start: minus(now, hours(1)), status: 'active' },
      ],
    });
    expect(left?.endsAt).toBeLessThan(now);
    expect(entered?.endsAt).toBeUndefined();
  });

  it('do not include one that is only planned, reserved or completed', () => {
    for (const status of ['planned', 'reserved', 'completed'] as const)
      expect(held({ stay: { status: 'in-progress', start: yesterday }, locations: [{ wardId: ward('ward-a'), status }] })).toEqual([]);
  });

  it('stay open for 72 hours after discharge, only to the ward the patient left from', () => {
    const visit = {
      stay: { status: 'finished', start: yesterday, end: now },
      locations: [
        { wardId: ward('ward-a'), start: yesterday, end: minus(now, hours(5)), status: 'completed' },
        { wardId: ward('ward-b'), start: minus(now, hours(5)), end: now, status: 'completed' },
      ],
    } as const;
    expect(held(visit)).toEqual(['discharged-72h ward:ward-b']);
    expect(wardGrants(visit)[0]?.endsAt).toBe(plus(now, hours(72)));
  });

  it('are none when the stay is planned, cancelled or an error', () => {
    for (const status of ['planned', 'cancelled', 'entered-in-error', 'unknown'] as const)
      expect(held({ stay: { status, start: yesterday }, locations: [{ wardId: ward('ward-a') }] })).toEqual([]);
  });
});
