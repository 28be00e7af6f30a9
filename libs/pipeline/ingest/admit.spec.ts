import { describe, expect, it } from 'vitest';
import type { EncounterId, PatientId, Sha256, SourceId } from '@concord/core/clinical';
import { instant, LOINC, minutes, plus, type Instant } from '@concord/core/kernel';
import { vitals } from '@concord/modalities/vitals';
import { admitSign, checkTime, type SignArrival } from './index.ts';

const at = instant(Date.UTC(2026, 10, 20, 6));
const sign = (change: Partial<SignArrival> = {}): SignArrival => ({
  sourceId: 'integrator' as SourceId,
  subject: 'p1' as PatientId,
  blob: 'b' as Sha256,
  effectiveAt: at,
  receivedAt: plus(at, minutes(1)),
  codes: [{ system: LOINC, code: '8867-4' }],
  answer: { kind: 'quantity', value: 72, unit: '/min' },
  status: 'final',
  encounterId: 'e1' as EncounterId,
  ...change,
});
const admitted = (change: Partial<SignArrival>) => {
  const row = admitSign(sign(change), [vitals]);
  return row.ok ? row.value : row.error.kind;
};
const quantity = (code: string, value: number, unit: string) => admitted({ codes: [{ system: LOINC, code }], answer: { kind: 'quantity', value, unit } });

describe('a sign that arrives', () => {
  it('is kept in the canonical unit, with what was sent beside it', () => {
    expect(quantity('8310-5', 98.6, '[degF]')).toMatchObject({ modality: 'vitals', number: 37, unit: 'Cel', sentNumber: 98.6, sentUnit: '[degF]' });
    expect(quantity('8480-6', 16, 'kPa')).toMatchObject({ number: 120, unit: 'mm[Hg]' });
    expect(quantity('8867-4', 72, '/min')).not.toHaveProperty('sentNumber');
  });

  it('in a unit of another dimension, outside UCUM, or with a number that no living patient has is refused', () => {
    expect(quantity('8867-4', 77, 'kg')).toBe('unsupported-unit');
    expect(quantity('8867-4', 77, '[furlong_bogus]')).toBe('unsupported-unit');
    expect(quantity('8867-4', -5, '/min')).toBe('impossible-value');
    expect(quantity('2708-6', 250, '%')).toBe('impossible-value');
  });

  it('is stored under one code whichever of its codes was sent', () => {
    expect(quantity('59408-5', 97, '%')).toMatchObject({ code: '2708-6' });
    expect(
      admitted({
        codes: [
          { system: 'urn:local', code: 'HR' },
          { system: LOINC, code: '8867-4' },
        ],
      }),
    ).toMatchObject({ code: '8867-4', modality: 'vitals' });
  });

  it('that no modality knows is kept as sent, and no model sees it', () => {
    expect(quantity('8302-2', 180, 'cm')).toMatchObject({ code: '8302-2', number: 180, unit: 'cm' });
    expect(quantity('8302-2', 180, 'cm')).not.toHaveProperty('modality');
  });

  it('that is only ordered or was called off is kept, and no model sees it', () => {
    expect(admitted({ status: 'registered' })).not.toHaveProperty('modality');
    expect(admitted({ status: 'cancelled', answer: { kind: 'none' } })).not.toHaveProperty('modality');
  });

  it('that withdraws another carries the code under which that one is stored', () => {
    expect(admitted({ status: 'entered-in-error', answer: { kind: 'none' }, codes: [{ system: LOINC, code: '59408-5' }] })).toMatchObject({
      code: '2708-6',
      modality: 'vitals',
    });
  });
});

describe('a time', () => {
  const allowed = (effectiveAt: Instant, birthDate?: string) =>
    checkTime(effectiveAt, at, birthDate === undefined ? undefined : { sex: 'unknown', birthDate }).ok;

  it('up to five minutes ahead is kept, more is refused', () => {
    expect(allowed(plus(at, minutes(5)))).toBe(true);
    expect(allowed(instant(at + 300_001))).toBe(false);
  });

  it('before birth is refused, whatever part of the birth date is known', () => {
    expect(allowed(instant(Date.UTC(1961, 3, 10)), '1961-04-12')).toBe(false);
    expect(allowed(instant(Date.UTC(1961, 3, 12)), '1961-04-12')).toBe(true);
    expect(allowed(instant(Date.UTC(1960, 5, 1)), '1961')).toBe(false);
    expect(allowed(instant(Date.UTC(1961, 0, 1)), '1961')).toBe(true);
  });
});
