import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capabilityStatement, readSearch, SERVED, served, type SearchRequest } from './index.ts';
import { instant } from '@concord/core/kernel';

const observation = served('Observation')!;
const ask = (query: string, more: Partial<SearchRequest> = {}) =>
  readSearch(observation, { pairs: [...new URLSearchParams(query)], isPosted: false, isLenient: false, ...more });
const range = (value: string) => {
  const read = ask(`date=${encodeURIComponent(value)}`);
  return read.ok ? [read.value.date?.from, read.value.date?.to].map((moment) => (moment === undefined ? '' : new Date(moment).toISOString())) : 'refused';
};

describe('a search', () => {
  it('is read into what the stores can answer', () => {
    expect(ask('patient=Patient/p1&code=http://loinc.org|8867-4,9279-1&status=final,amended&_count=20')).toMatchObject({
      ok: true,
      value: { patientId: 'p1', codes: ['8867-4', '9279-1'], status: ['final', 'amended'], count: 20, countOnly: false },
    });
    expect(ask('patient=p1&_summary=count')).toMatchObject({ ok: true, value: { countOnly: true } });
    expect(ask('patient=p1&_count=0')).toMatchObject({ ok: true, value: { countOnly: true } });
  });

  it('with a filter that is not understood is refused: ignored, it would widen the list', () => {
    for (const query of [
      'shoe-size=44',
      'patient=p1&code:nonsense=8867-4',
      'patient:Group=p1',
      '_include=Observation:subject',
      'patient.identifier=x',
      'patient=',
      'constructor=1',
      '__proto__=1',
    ])
      expect(ask(query), query).toMatchObject({ ok: false });
    expect(ask('patient=p1&shoe-size=44&constructor=1', { isLenient: true })).toMatchObject({ ok: true, value: { used: [['patient', 'p1']] } });
  });

  it('with a page size, id, code or date that is none is refused', () => {
    for (const query of [
      '_count=-1',
      '_count=many',
      '_count=1001',
      '_id=%25',
      "_id=x' OR 1=1",
      '_id=%00',
      'date=yesterday',
      'date=2026-02-30',
      'date=ne2026',
      'code=',
      'status=F INAL',
      'after=%00',
      '_summary=true',
    ])
      expect(ask(query), query).toMatchObject({ ok: false });
  });

  it('by identifier is taken by POST only: nothing that names a person stands in a URL', () => {
    expect(ask('identifier=urn:x|1')).toMatchObject({ ok: false });
    expect(ask('identifier=urn:x|1', { isPosted: true })).toMatchObject({ ok: true, value: { identifier: { system: 'urn:x', value: '1' } } });
    expect(ask("identifier=x' OR '1'='1", { isPosted: true })).toMatchObject({ ok: false });
  });

  it('takes a date for the whole of what it names', () => {
    expect(range('2026-11-20')).toEqual(['2026-11-20T00:00:00.000Z', '2026-11-21T00:00:00.000Z']);
    expect(range('gt2026-11')).toEqual(['2026-12-01T00:00:00.000Z', '']);
    expect(range('le2026')).toEqual(['', '2027-01-01T00:00:00.000Z']);
    expect(range('ge2026-11-20T06:00:00+01:00')).toEqual(['2026-11-20T05:00:00.000Z', '']);
    expect(range('lt2026-11-20T06:00:00Z')).toEqual(['', '2026-11-20T06:00:00.000Z']);
    expect(ask('date=ge2026-11-20&date=lt2026-11-22')).toMatchObject({
      ok: true,
      value: { date: { from: Date.UTC(2026, 10, 20), to: Date.UTC(2026, 10, 22) } },
    });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(fc.string(), fc.constantFrom('date', '_id', 'code', 'patient', '_count', 'identifier')), fc.string())), (pairs) =>
        SERVED.every((resource) => typeof readSearch(resource, { pairs, isPosted: true, isLenient: false }).ok === 'boolean'),
      ),
    );
  });
});

describe('the CapabilityStatement', () => {
  it('lists every parameter that is read, and nothing else', () => {
    const statement = capabilityStatement({ base: 'http://localhost:3000/fhir/R4', version: '0.1.0', date: instant(0) });
    expect(statement.rest[0]?.resource.map(({ type, searchParam }) => [type, searchParam.length])).toEqual(
      SERVED.map(({ type, search }) => [type, search.length]),
    );
    const values: Readonly<Record<string, string>> = { date: '2026', token: 'vital-signs', reference: 'x' };
    for (const resource of SERVED)
      for (const { name, type, target } of resource.search) {
        const value = target === 'identifier' ? 'urn:x|1' : target === 'modality' ? 'DX' : values[type];
        expect(readSearch(resource, { pairs: [[name, value ?? 'x']], isPosted: true, isLenient: false }), `${resource.type}.${name}`).toMatchObject({
          ok: true,
        });
      }
  });
});
