import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant } from '../kernel/index.ts';
import type { ModalityKind, PatientId, SourceId } from './identity.ts';
import { ageYears, asOf, type Observation, type PatientTimeline } from './timeline.ts';

const vitals = 'vitals' as ModalityKind;
const report = 'radiology-report' as ModalityKind;
const source = 'monitor' as SourceId;

const moment = fc.integer({ min: 0, max: 1000 }).map(instant);
const fact = fc
  .record({
    effectiveAt: moment,
    availableAt: moment,
    value: fc.integer(),
    supersededAt: fc.option(moment, { nil: undefined }),
    retractedAt: fc.option(moment, { nil: undefined }),
  })
  .map(({ supersededAt, retractedAt, ...rest }) => ({
    ...rest,
    sourceId: source,
    ...(supersededAt === undefined ? {} : { supersededAt }),
    ...(retractedAt === undefined ? {} : { retractedAt }),
  }));
const facts = fc.array(fact, { maxLength: 20 }).map((list) => list.map((each, index): Observation => ({ ...each, id: `o${String(index)}` })));

function timeline(vital: readonly Observation[], reports: readonly Observation[] = []): PatientTimeline {
  return {
    patientId: '00000000-0000-4000-8000-0000000000aa' as PatientId,
    revision: 1,
    demographics: [],
    stays: [],
    streams: new Map([
      [vitals, { kind: vitals, observations: vital }],
      [report, { kind: report, observations: reports }],
    ]),
    withheld: [],
  };
}

const seen = (at: number, ...lists: (readonly Observation[])[]) => asOf(timeline(...(lists as [readonly Observation[]])), instant(at));

describe('what was known at a moment', () => {
  it('is not changed by anything that becomes available later', () => {
    fc.assert(
      fc.property(facts, facts, moment, (known, later, at) => {
        const future = later.map((each, index) => ({ ...each, id: `late${String(index)}`, availableAt: instant(at + 1 + index) }));
        expect(seen(at, [...known, ...future])).toEqual(seen(at, known));
      }),
    );
  });

  it('is not changed by a correction or a withdrawal that comes later', () => {
    fc.assert(
      fc.property(facts, moment, fc.integer({ min: 1, max: 500 }), (known, at, delay) => {
        const open = known.map(({ supersededAt: _, retractedAt: __, ...each }) => each);
        const corrected = open.map((each, index) =>
          index % 2 === 0 ? { ...each, supersededAt: instant(at + delay) } : { ...each, retractedAt: instant(at + delay) },
        );
        expect(seen(at, corrected)).toEqual(seen(at, open));
      }),
    );
  });

  it('does not depend on the order in which it arrived', () => {
    fc.assert(
      fc.property(facts, moment, fc.infiniteStream(fc.nat()), (known, at, keys) => {
        const shuffled = known
          .map((each) => ({ each, key: Number(keys.next().value) }))
          .sort((a, b) => a.key - b.key)
          .map(({ each }) => each);
        expect(seen(at, shuffled)).toEqual(seen(at, known));
      }),
    );
  });

  it('holds no fact that was corrected or withdrawn by then, and none ahead of its own time', () => {
    fc.assert(
      fc.property(facts, moment, (known, at) => {
        const ids = new Set(
          seen(at, known)
            .streams.get(vitals)
            ?.observations.map(({ id }) => id),
        );
        for (const each of known) {
          const gone = (each.supersededAt ?? Infinity) <= at || (each.retractedAt ?? Infinity) <= at;
          expect(ids.has(each.id)).toBe(!gone && each.availableAt <= at && each.effectiveAt <= at);
        }
      }),
    );
  });

  it('asked twice is the same as asked once', () => {
    fc.assert(
      fc.property(facts, facts, moment, (a, b, at) => {
        expect(asOf(seen(at, a, b), at)).toEqual(seen(at, a, b));
      }),
    );
  });
});

describe('age', () => {
  const born = (birthDate: string) => ({ birthDate, sex: 'female' as const });
  it('counts completed years, so that nobody is an adult a day early', () => {
    expect(ageYears(born('2008-11-25'), instant(Date.UTC(2026, 10, 24)))).toBe(17);
    expect(ageYears(born('2008-11-24'), instant(Date.UTC(2026, 10, 24)))).toBe(18);
  });
  it('is unknown without a full birth date', () => {
    expect(ageYears(born('2008-11'), instant(Date.UTC(2026, 10, 24)))).toBeUndefined();
    expect(ageYears(undefined, instant(0))).toBeUndefined();
  });
});
