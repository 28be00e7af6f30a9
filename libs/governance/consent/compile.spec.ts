import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONSENT_CLASSES, CONSENT_USES, type ConsentClass, type ConsentStatement, type ConsentUse, type Named, type Provision } from '@concord/core/clinical';
import { instant } from '@concord/core/kernel';
import { compile } from './index.ts';

const ALL = { kind: 'all' } as const;
const some = <T extends string>(...codes: readonly T[]): Named<T> => ({ kind: 'some', codes, hasUnknown: false });
const provision = (effect: 'permit' | 'deny', more: Partial<Provision> = {}): Provision => ({
  effect,
  classes: ALL,
  uses: ALL,
  hasMore: false,
  exceptions: [],
  ...more,
});
const consent = (base: Provision, more: Partial<ConsentStatement> = {}): ConsentStatement => ({ status: 'active', dateTime: instant(100), base, ...more });

const named = <T extends string>(codes: readonly T[]): fc.Arbitrary<Named<T>> =>
  fc.oneof(fc.constant(ALL), fc.record({ kind: fc.constant('some' as const), codes: fc.subarray([...codes]), hasUnknown: fc.boolean() }));
const moment = fc.option(fc.integer({ min: 90, max: 130 }).map(instant), { nil: undefined });
const leaf = (exceptions: fc.Arbitrary<readonly Provision[]>): fc.Arbitrary<Provision> =>
  fc
    .record({
      effect: fc.constantFrom('permit', 'deny'),
      classes: named(CONSENT_CLASSES),
      uses: named(CONSENT_USES),
      from: moment,
      until: moment,
      hasMore: fc.boolean(),
      exceptions,
    })
    .map(({ from, until, ...rest }) => ({ ...rest, ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) }));
const statements = leaf(fc.array(leaf(fc.array(leaf(fc.constant([])), { maxLength: 2 })), { maxLength: 3 })).map((base) => consent(base));

/** Asks one moment at a time, in the words of the page on consent. */
function refuses(base: Provision, dataClass: ConsentClass, use: ConsentUse, at: number): boolean {
  if (use === 'SCORE' && refuses(base, dataClass, 'TREAT', at)) return true;
  return verdict(base, { dataClass, use, at }) === 'deny';
}

interface Asked {
  readonly dataClass: ConsentClass;
  readonly use: ConsentUse;
  readonly at: number;
}

function isNow(one: Provision, at: number): boolean {
  return (one.from ?? -Infinity) <= at && at < (one.until ?? Infinity);
}

function speaks(one: Provision, { dataClass, use, at }: Asked): boolean {
  if (!isNow(one, at) || (one.effect === 'permit' && one.hasMore)) return false;
  const words = use === 'SCORE' ? ['SCORE', 'TREAT'] : one.effect === 'permit' && use !== 'HRESCH' ? [use, 'TREAT'] : [use];
  return mentions(one.classes, [dataClass], one) && mentions(one.uses, words, one);
}

function mentions(list: Named<string>, words: readonly string[], { effect }: Provision): boolean {
  return list.kind === 'all' || list.codes.some((code) => words.includes(code)) || (effect === 'deny' && list.hasUnknown);
}

function verdict(one: Provision, asked: Asked): 'permit' | 'deny' {
  const said = one.exceptions.filter((exception) => speaks(exception, asked)).map((exception) => verdict(exception, asked));
  if (said.length > 0) return said.includes('deny') ? 'deny' : 'permit';
  if (!isNow(one, asked.at)) return 'permit';
  if (speaks(one, asked)) return one.effect;
  return one.effect === 'permit' ? 'deny' : 'permit';
}

describe('a consent as lines', () => {
  it('refuses at every moment exactly what it refuses when it is read moment by moment', () => {
    fc.assert(
      fc.property(statements, fc.integer({ min: 100, max: 135 }), (statement, at) => {
        const lines = compile(statement);
        for (const use of CONSENT_USES)
          for (const dataClass of CONSENT_CLASSES) {
            const isRefused = lines.some(
              (line) => line.use === use && [dataClass, '*'].includes(line.dataClass) && line.from <= at && (line.until === undefined || at < line.until),
            );
            expect([use, dataClass, isRefused]).toEqual([use, dataClass, refuses(statement.base, dataClass, use, at)]);
          }
      }),
      { numRuns: 500 },
    );
  });

  it('says whole refusals once, so that the patient is not reached at all', () => {
    expect(compile(consent(provision('deny', { uses: some('TREAT') })))).toEqual([
      { use: 'TREAT', dataClass: '*', from: 100, until: undefined },
      { use: 'SCORE', dataClass: '*', from: 100, until: undefined },
    ]);
  });

  it('refuses nothing while it is not in force, and nothing that it allows with exceptions beside', () => {
    for (const status of ['draft', 'proposed', 'rejected', 'inactive', 'entered-in-error'] as const)
      expect(compile(consent(provision('deny'), { status }))).toEqual([]);
    const reports = provision('deny', { classes: some('radiology-report'), uses: some('TREAT') });
    expect(compile(consent(provision('permit', { exceptions: [reports] })))).toEqual([
      { use: 'TREAT', dataClass: 'radiology-report', from: 100, until: undefined },
      { use: 'SCORE', dataClass: 'radiology-report', from: 100, until: undefined },
    ]);
  });

  it('keeps emergency care with care, unless it is refused by its own name', () => {
    const uses = (base: Provision) => [...new Set(compile(consent(base)).map(({ use }) => use))];
    expect(uses(provision('permit', { uses: some('TREAT') }))).toEqual(['HRESCH']);
    expect(uses(provision('deny', { uses: some('TREAT') }))).toEqual(['TREAT', 'SCORE']);
    expect(uses(provision('deny', { uses: some('BTG', 'ETREAT') }))).toEqual(['ETREAT', 'BTG']);
  });
});
