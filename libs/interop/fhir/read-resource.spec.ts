import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromBase64, fromUtf8, readBundle, readJson, readResource, toBase64, toUtf8, type JsonValue } from './index.ts';

const examples = new URL('../../../../shared/data/fhir_r4_examples/', import.meta.url);
const UCUM = 'http://unitsofmeasure.org';
const LOINC = 'http://loinc.org';

const pulse = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: LOINC, code: '8867-4' }] },
  subject: { reference: 'Patient/p1' },
  effectiveDateTime: '2026-11-20T06:00:00+01:00',
  valueQuantity: { value: 72, unit: 'per minute', system: UCUM, code: '/min' },
} satisfies JsonValue;

const patient = { resourceType: 'Patient', identifier: [{ system: 'urn:x', value: '1' }], birthDate: '1970-01-01' } satisfies JsonValue;
const places = (value: JsonValue) => {
  const read = readResource(value);
  return read.ok ? [] : read.error.map(({ expression }) => expression);
};
const without = (name: string, resource: Readonly<Record<string, JsonValue>>) => Object.fromEntries(Object.entries(resource).filter(([key]) => key !== name));

describe('an Observation', () => {
  it('is read with its unit as sent, and its time in every zone', () => {
    expect(readResource(pulse)).toMatchObject({
      ok: true,
      value: { effectiveAt: Date.UTC(2026, 10, 20, 5), status: 'final', items: [{ answer: { kind: 'quantity', value: 72, unit: '/min' } }] },
    });
  });

  it('keeps the doubled hour of the night in which the clock goes back apart', () => {
    const at = (effectiveDateTime: string) => {
      const read = readResource({ ...pulse, effectiveDateTime });
      return read.ok && read.value.type === 'Observation' ? read.value.effectiveAt : undefined;
    };
    expect(at('2026-10-25T02:30:00+01:00')).toBe((at('2026-10-25T02:30:00+02:00') ?? 0) + 3_600_000);
  });

  it('of a blood pressure panel becomes one answer for each pressure', () => {
    const component = ['8480-6', '8462-4'].map((code) => ({
      code: { coding: [{ system: LOINC, code }] },
      valueQuantity: { value: 120, system: UCUM, code: 'mm[Hg]' },
    }));
    const panel = { ...without('valueQuantity', pulse), code: { coding: [{ system: LOINC, code: '85354-9' }] }, component };
    expect(readResource(panel)).toMatchObject({ ok: true, value: { items: [{ codes: [{ code: '8480-6' }] }, { codes: [{ code: '8462-4' }] }] } });
    expect(places({ ...panel, component: [component[0]!, component[0]!] })).toEqual(['Observation.component']);
  });

  it('that is withdrawn needs no value; any other without one is refused', () => {
    expect(readResource({ ...without('valueQuantity', pulse), status: 'entered-in-error' })).toMatchObject({
      ok: true,
      value: { items: [{ answer: { kind: 'none' } }] },
    });
    expect(places(without('valueQuantity', pulse))).toEqual(['Observation.value']);
  });

  it('is refused at the place of the mistake', () => {
    const wrong: readonly (readonly [JsonValue, string])[] = [
      [{ ...pulse, status: 'bogus' }, 'Observation.status'],
      [without('status', pulse), 'Observation.status'],
      [without('subject', pulse), 'Observation.subject'],
      [without('effectiveDateTime', pulse), 'Observation.effective'],
      [{ ...pulse, effectiveDateTime: '2026-13-45T00:00:00Z' }, 'Observation.effectiveDateTime'],
      [{ ...pulse, effectiveDateTime: '2026-11-20T06:00:00' }, 'Observation.effectiveDateTime'],
      [{ ...pulse, effectiveDateTime: '2026-11-20' }, 'Observation.effective'],
      [{ ...pulse, effectiveInstant: '2026-11-20T06:00:00Z' }, 'Observation.effective'],
      [{ ...pulse, valueString: '72' }, 'Observation.value'],
      [{ ...pulse, valueQuantity: { value: '72', system: UCUM, code: '/min' } }, 'Observation.valueQuantity.value'],
      [{ ...pulse, valueQuantity: { value: 72 } }, 'Observation.valueQuantity.code'],
      [{ ...pulse, valueQuantity: { value: 72, unit: '/min' } }, 'Observation.valueQuantity.code'],
      [{ ...pulse, valueQuantity: { value: 72, system: UCUM, code: '/min', comparator: '<' } }, 'Observation.valueQuantity.comparator'],
      [{ ...pulse, valueQuantity: { value: 72, system: UCUM, code: '/min', colour: 'red' } }, 'Observation.valueQuantity'],
      [{ ...pulse, subject: { reference: 'http://example.invalid/Patient/p1' } }, 'Observation.subject'],
      [{ ...pulse, subject: { reference: 'Group/p1' } }, 'Observation.subject'],
      [{ ...pulse, code: { text: 'pulse' } }, 'Observation.code'],
      [{ ...pulse, focus: [{ reference: 'Patient/foetus' }] }, 'Observation.focus'],
      [{ ...pulse, note: [] }, 'Observation.note'],
      [{ ...pulse, note: { text: 'single' } }, 'Observation.note'],
      [{ ...pulse, bodySite: {} }, 'Observation.bodySite'],
      [{ ...pulse, method: null }, 'Observation.method'],
      [{ ...pulse, implicitRules: 'urn:x' }, 'Observation.implicitRules'],
      [{ ...pulse, favouriteColour: 'blue' }, 'Observation'],
      [{ ...pulse, modifierExtension: [{ url: 'urn:not', valueBoolean: true }] }, 'Observation'],
    ];
    for (const [value, place] of wrong) expect(places(value), place).toContain(place);
  });
});

describe('a Patient', () => {
  it('without an identifier under a system is refused: a name identifies nobody', () => {
    expect(places({ resourceType: 'Patient', name: [{ family: 'Any' }] })).toEqual(['Patient.identifier']);
    expect(places({ ...patient, identifier: [{ value: '1' }] })).toEqual(['Patient.identifier']);
  });

  it('was not born on a day that no calendar has', () => {
    expect(places({ ...patient, birthDate: '1961-02-30' })).toEqual(['Patient.birthDate']);
    expect(readResource({ ...patient, birthDate: '1961' })).toMatchObject({ ok: true });
  });
});

describe('a DiagnosticReport', () => {
  const report = {
    resourceType: 'DiagnosticReport',
    status: 'final',
    code: { coding: [{ system: LOINC, code: '30746-2' }] },
    subject: { reference: 'Patient?identifier=urn:x%7C1' },
    issued: '2026-11-20T06:00:00Z',
    presentedForm: [{ contentType: 'text/plain', data: toBase64(toUtf8('Erguss links – „groß“. 🫁')) }],
  } satisfies JsonValue;

  it('is read from base64 of UTF-8, and written back to the same bytes', () => {
    expect(readResource(report)).toMatchObject({
      ok: true,
      value: { text: 'Erguss links – „groß“. 🫁', subject: { kind: 'identifier', identifier: { system: 'urn:x', value: '1' } } },
    });
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect([...(fromBase64(toBase64(bytes)) ?? [])]).toEqual([...bytes]);
    expect(fromUtf8(Uint8Array.of(0xc3, 0x28))).toBeUndefined();
    expect(fromUtf8(Uint8Array.of(0xed, 0xa0, 0x80))).toBeUndefined();
    expect(fromUtf8(Uint8Array.of(0xc0, 0x80))).toBeUndefined();
  });

  it('without a text that can be pointed into is refused', () => {
    for (const form of [
      { contentType: 'application/pdf', data: 'AAAA' },
      { contentType: 'text/plain', data: '?' },
      { contentType: 'text/plain', url: 'http://x/y' },
      { contentType: 'text/plain', data: 'AA==' },
    ])
      expect(places({ ...report, presentedForm: [form] })[0]).toMatch(/^DiagnosticReport\.presentedForm\[0\]/);
    expect(places(without('presentedForm', report))).toEqual(['DiagnosticReport.presentedForm']);
  });
});

describe('a Bundle', () => {
  const bundle = (entry: readonly JsonValue[], type = 'transaction') => {
    const document = readJson(JSON.stringify({ resourceType: 'Bundle', type, entry }));
    return document.ok ? readBundle(document.value) : undefined;
  };
  const post = (resource: JsonValue, fullUrl = 'urn:uuid:1', url = 'Observation') => ({ fullUrl, resource, request: { method: 'POST', url } });

  it('keeps the errors of an entry with that entry', () => {
    const read = bundle([post(pulse), post({ ...pulse, status: 'bogus' }, 'urn:uuid:2')]);
    expect(read).toMatchObject({
      ok: true,
      value: { entries: [{ resource: { ok: true } }, { resource: { ok: false, error: [{ expression: 'Bundle.entry[1].resource.status' }] } }] },
    });
  });

  it('that is no transaction or batch, lacks a request, or repeats a fullUrl is refused whole', () => {
    expect(bundle([], 'collection')).toMatchObject({ ok: false });
    expect(bundle([{ resource: pulse }])).toMatchObject({ ok: false });
    expect(bundle([{ resource: pulse, request: { method: 'BREW', url: 'Observation' } }])).toMatchObject({ ok: false });
    expect(bundle([post(pulse), post(pulse)])).toMatchObject({ ok: false });
  });

  it('creates only, and at the address of the type', () => {
    expect(bundle([{ ...post(pulse), request: { method: 'DELETE', url: 'Observation/1' } }])).toMatchObject({
      ok: true,
      value: { entries: [{ resource: { ok: false } }] },
    });
    expect(bundle([post(pulse, 'urn:uuid:1', 'Patient')])).toMatchObject({ ok: true, value: { entries: [{ resource: { ok: false } }] } });
  });
});

describe.skipIf(!existsSync(examples) && process.env['CONCORD_STRICT'] !== '1')(
  "HL7's own R4 examples (skipped without ../shared/data/fhir_r4_examples)",
  () => {
    /** Examples that say nothing that can be kept: no identifier, time of day, no text, no UCUM unit, another subject. */
    const EXPECTED = /identifier|effective|presentedForm|value|period|issued|subject|focus|code|component|location|class|status/i;

    it('are read, or refused for what they lack, never for an element that R4 has', () => {
      const files = readdirSync(examples).filter((name) => /^(Patient|Encounter|Observation|DiagnosticReport)-/.test(name));
      expect(files.length).toBeGreaterThan(70);
      for (const name of files) {
        const document = readJson(readFileSync(new URL(name, examples), 'utf8'));
        const read = document.ok ? readResource(document.value.value) : undefined;
        const issues = read?.ok === false ? read.error : [];
        expect(document.ok, name).toBe(true);
        for (const { code, expression, reason } of issues) {
          expect(reason, `${name} ${String(expression)}`).not.toMatch(/does not have|a list/);
          expect(`${code} ${String(expression)}`, name).toMatch(EXPECTED);
        }
      }
    });
  },
);
