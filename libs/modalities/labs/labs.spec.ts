import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModalityStream, PatientId, Reading, ReceivedQuantity, Sha256, SourceId } from '@concord/core/clinical';
import { hours, LOINC, minus, type Instant } from '@concord/core/kernel';
import { NOON, patient } from '@concord/testing';
import { ANALYTES, labs } from './index.ts';

const quantity = (code: string, value: number, unit: string, at: Instant = NOON): ReceivedQuantity => ({
  kind: 'quantity',
  sourceId: 'laboratory' as SourceId,
  subject: '00000000-0000-4000-8000-0000000000aa' as PatientId,
  blob: 'b'.repeat(64) as Sha256,
  effectiveAt: at,
  receivedAt: at,
  code: { system: LOINC, code },
  value,
  unit,
});
const seen = (received: ReceivedQuantity): Reading | string => {
  const result = labs.observe(received);
  return result.ok ? (result.value[0]?.value ?? 'nothing') : result.error.kind;
};
const streamOf = (...draws: readonly (readonly [code: string, value: number, unit: string, hoursAgo: number])[]): ModalityStream<Reading> => {
  const observations = draws.flatMap(([code, value, unit, ago]) => {
    const result = labs.observe(quantity(code, value, unit, minus(NOON, hours(ago))));
    return result.ok ? result.value : [];
  });
  return observations
    .reduce((built, one) => built.observation(labs.kind, one), patient())
    .build()
    .streams.get(labs.kind) as ModalityStream<Reading>;
};

describe('a laboratory value that arrives', () => {
  it.each([
    ['2160-0', 1.4, 'mg/dL', 1.4],
    ['2160-0', 124, 'umol/L', 1.4],
    ['38483-4', 1.4, 'mg/dL', 1.4],
    ['3094-0', 7.14, 'mmol/L', 20],
    ['2345-7', 5.5, 'mmol/L', 99],
    ['2524-7', 18, 'mg/dL', 2],
    ['1975-2', 34.2, 'umol/L', 2],
    ['718-7', 120, 'g/L', 12],
    ['718-7', 7.4, 'mmol/L', 11.9],
    ['4544-3', 0.36, 'L/L', 36],
    ['6690-2', 12, '10*9/L', 12],
    ['2019-8', 5.3, 'kPa', 39.8],
    ['10839-9', 40, 'ng/L', 0.04],
  ])('reads %s %s %s as %s in the canonical unit', (code, value, unit, number) => {
    expect(seen(quantity(code, value, unit))).toMatchObject({ number });
  });

  it.each([
    ['creatinine in a unit of another dimension', quantity('2160-0', 1.4, 'U/L'), 'unsupported-unit'],
    ['no unit', quantity('2823-3', 4.1, ''), 'unsupported-unit'],
    ['a name of Object.prototype as unit', quantity('2823-3', 4.1, 'constructor'), 'unsupported-unit'],
    ['a pH of 735', quantity('2744-1', 735, '[pH]'), 'impossible-value'],
    ['a potassium of 45', quantity('2823-3', 45, 'mmol/L'), 'impossible-value'],
    ['creatinine in µmol/L said to be mg/dL', quantity('2160-0', 124, 'mg/dL'), 'impossible-value'],
    ['a code that is no analyte', quantity('8867-4', 80, '/min'), 'unsupported-code'],
  ])('is refused with %s', (_, received, kind) => {
    expect(seen(received)).toBe(kind);
  });

  it('survives the way into any of its units and back within the resolution of its instrument', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ANALYTES), fc.double({ min: 0.2, max: 0.8, noNaN: true }), (analyte, share) => {
        const [low, high] = analyte.possible;
        const value = low + share * (high - low);
        for (const [unit, [factor, offset]] of Object.entries(analyte.from)) {
          const reading = seen(quantity(analyte.code, (value - offset) / factor, unit));
          expect(typeof reading === 'string' ? reading : Math.abs((reading.number ?? Infinity) - value)).toBeLessThanOrEqual(10 ** -analyte.decimals);
        }
      }),
    );
  });

  it('is named once: no two analytes share a code', () => {
    expect(new Set(ANALYTES.map(({ code }) => code)).size).toBe(ANALYTES.length);
  });
});

describe('laboratory values as a table', () => {
  const cell = (stream: ModalityStream<Reading>, name: string): number => labs.table!.row(stream, NOON)[labs.table!.columns.indexOf(name)]!;
  const lactate = streamOf(['2524-7', 1.4, 'mmol/L', 9], ['2524-7', 3.1, 'mmol/L', 1]);

  it('hold the newest value, its age, the change, and how often it was drawn', () => {
    expect(cell(lactate, '2524-7/last')).toBeCloseTo(3.1, 5);
    expect(cell(lactate, '2524-7/age')).toBe(1);
    expect(cell(lactate, '2524-7/count24')).toBe(2);
    expect(cell(lactate, '2524-7/change6')).toBeCloseTo(1.7, 5);
    expect(cell(lactate, '2524-7/previous')).toBeCloseTo(1.4, 5);
  });

  it('know nothing of what was not drawn', () => {
    expect(cell(lactate, '2160-0/last')).toBeNaN();
    expect(labs.align(lactate, NOON).tokenMask.reduce((sum, known) => sum + known, 0)).toBe(1);
  });

  it('forget what is two days old, and say so as stale', () => {
    const old = streamOf(['2160-0', 1.4, 'mg/dL', 48]);
    expect(cell(old, '2160-0/last')).toBeNaN();
    expect(labs.readiness(old, NOON).kind).toBe('stale');
  });

  it('say what changed between two draws, and point at both', () => {
    const contributions = Float32Array.from(ANALYTES, ({ code }) => (code === '2524-7' ? 0.4 : 0));
    expect(labs.attribute(lactate, NOON, contributions)).toMatchObject([
      { kind: 'signal-window', text: 'Lactate rising, 1.4 to 3.1 mmol/L', pointer: { code: '2524-7', from: minus(NOON, hours(9)), to: minus(NOON, hours(1)) } },
    ]);
  });
});
