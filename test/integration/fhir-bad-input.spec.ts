import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AUTHORITY,
  bundle,
  minutesAgo,
  openDoor,
  person,
  pulse,
  quantity,
  read,
  report,
  sign,
  stay,
  type Admitted,
  type Answer,
  type Door,
} from '../fhir-door.ts';

const CANARY = 'Canarywort';
let door: Door;
let own: Admitted;
let other: Admitted;

beforeAll(async () => {
  door = await openDoor();
  own = await door.admit();
  other = await door.admit('ward-b');
});
afterAll(() => door.close());

interface Bad {
  readonly send: () => Promise<Answer>;
  readonly status: number;
}

const to = (type: string, body: () => unknown, status = 422): Bad => ({ send: () => door.post(`/fhir/R4${type === '' ? '' : `/${type}`}`, body()), status });
const named = (more: object) => person(`X-${randomUUID()}`, { name: [{ family: CANARY }], ...more });
const pulses = (more: object, status = 422) => to('Observation', () => pulse(own.id, 72, { note: [{ text: CANARY }], ...more }), status);
const raw = (body: string | Uint8Array, status = 400, type = 'Patient') => to(type, () => body, status);
const search = (query: () => string, status = 400): Bad => ({ send: () => door.get(`/fhir/R4/${query()}`), status });
const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([...part]))));

const CASES: Readonly<Record<string, Bad>> = {
  'JSON that is cut off': raw(`{"resourceType":"Patient","name":[{"family":"${CANARY}`),
  'no body': raw(''),
  'text behind the resource': to('Patient', () => `${JSON.stringify(named({}))} ${CANARY}`, 400),
  'the same key twice': raw(`{"resourceType":"Patient","birthDate":"1970-01-01","birthDate":"1990-01-01","name":[{"family":"${CANARY}"}]}`),
  'a key that would change a prototype': raw(`{"resourceType":"Patient","__proto__":{"admin":true}}`),
  'NUL in a string': raw(`{"resourceType":"Patient","name":[{"family":"${CANARY}\\u0000"}]}`),
  'a NUL byte': raw(bytes(`{"resourceType":"Patient","name":[{"family":"${CANARY}`, [0], '"}]}')),
  'half a character': raw(`{"resourceType":"Patient","name":[{"family":"${CANARY}\\ud800"}]}`),
  'bytes that are not UTF-8': raw(bytes(`{"resourceType":"Patient","name":[{"family":"${CANARY}`, [0xc3, 0x28], '"}]}')),
  'levels without end': raw(`{"resourceType":"Patient","name":${'['.repeat(50_000)}`),
  'a number that is none': to('Observation', () => JSON.stringify(pulse(own.id, 72)).replace('"value":72', '"value":NaN'), 400),
  'a number that no double holds': to('Observation', () => JSON.stringify(pulse(own.id, 72)).replace('"value":72', '"value":1e400'), 400),
  'a list': raw(`[{"resourceType":"Patient","id":"${CANARY}"}]`, 422),
  'a bare string': raw(`"${CANARY}"`, 422),
  'no resource type': to('Patient', () => named({ resourceType: undefined })),
  'a resource of another type': to('Observation', () => named({})),
  'a resource type that is not served': to('Medication', () => ({ resourceType: 'Medication' }), 404),
  'an element that the type does not have': to('Patient', () => named({ favouriteColour: CANARY })),
  'a modifier that must not be ignored': pulses({ modifierExtension: [{ url: 'urn:x', valueBoolean: true }] }),
  'a patient without identifier': to('Patient', () => named({ identifier: undefined })),
  'an identifier without issuer': to('Patient', () => named({ identifier: [{ value: CANARY }] })),
  'a day that no calendar has': to('Patient', () => named({ birthDate: '1961-02-30' })),
  'a gender outside the value set': to('Patient', () => named({ gender: 'F' })),
  'another birth date under the same identifier': to('Patient', () => person(own.mrn, { birthDate: '1990-01-01' }), 409),
  'an unknown status': pulses({ status: 'bogus' }),
  'no subject': pulses({ subject: undefined }),
  'a patient whom nobody knows': pulses({ subject: { reference: `Patient/${randomUUID()}` } }),
  'a patient on another server': pulses({ subject: { reference: 'http://example.invalid/Patient/1' } }),
  'the stay of another patient': to('Observation', () => pulse(own.id, 72, { encounter: { reference: `Encounter/${other.encounterId}` } })),
  'a stay that nobody knows': pulses({ encounter: { reference: `Encounter/${CANARY}` } }),
  'a time that does not exist': pulses({ effectiveDateTime: '2026-13-45T00:00:00Z' }),
  'a time without offset': pulses({ effectiveDateTime: '2026-01-05T10:00:00' }),
  'a bare date': pulses({ effectiveDateTime: '2026-01-05' }),
  'no time': pulses({ effectiveDateTime: undefined }),
  'a time far ahead': pulses({ effectiveDateTime: '2099-01-01T00:00:00Z' }),
  'six minutes ahead': to('Observation', () => pulse(own.id, 72, { effectiveDateTime: minutesAgo(-6) })),
  'a time before birth': pulses({ effectiveDateTime: '1901-01-01T00:00:00Z' }),
  'no value': pulses({ valueQuantity: undefined }),
  'two values': pulses({ valueString: CANARY }),
  'a number as text': pulses({ valueQuantity: { ...quantity(72, '/min'), value: '72' } }),
  'no unit': pulses({ valueQuantity: { value: 72 } }),
  'a unit outside UCUM': pulses({ valueQuantity: quantity(72, '[furlong_bogus]') }),
  'a pulse in kilograms': pulses({ valueQuantity: quantity(72, 'kg') }),
  'a negative pulse': pulses({ valueQuantity: quantity(-5, '/min') }),
  'a saturation over 100 %': to('Observation', () => sign(own.id, '2708-6', quantity(250, '%'))),
  'a bound instead of a value': pulses({ valueQuantity: { ...quantity(72, '/min'), comparator: '>' } }),
  'a consciousness that is no answer': to('Observation', () => sign(own.id, '80288-4', {}, { valueQuantity: undefined, valueString: 'constructor' })),
  'a stay without start': to('Encounter', () => stay(own.id, 'ward-a', { period: {} })),
  'a stay that ends before it starts': to('Encounter', () => stay(own.id, 'ward-a', { period: { start: minutesAgo(5), end: minutesAgo(10) } })),
  'a stay that begins next year': to('Encounter', () => stay(own.id, 'ward-a', { period: { start: '2099-01-01T00:00:00Z' } })),
  'a report without text': to('DiagnosticReport', () => report(own.id, '', { presentedForm: undefined })),
  'a report as PDF': to('DiagnosticReport', () => report(own.id, '', { presentedForm: [{ contentType: 'application/pdf', data: 'AAAA' }] })),
  'a report that is not base64': to('DiagnosticReport', () => report(own.id, '', { presentedForm: [{ contentType: 'text/plain', data: '%%%' }] })),
  'a bundle of another type': to('', () => bundle('collection', [named({})])),
  'a bundle without requests': to('', () => ({ resourceType: 'Bundle', type: 'transaction', entry: [{ resource: named({}) }] })),
  'a bundle with another verb': to('', () => ({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ resource: named({}), request: { method: 'BREW', url: 'Patient' } }],
  })),
  'a reference out of the bundle': to('', () => bundle('transaction', [pulse(own.id, 70, { subject: { reference: `urn:uuid:${randomUUID()}` } })])),
  'a transaction with one bad entry': to('', () =>
    bundle('transaction', [pulse(own.id, 71), named({}), pulse(own.id, 70, { valueQuantity: quantity(70, 'kg') })]),
  ),
  'more entries than one transaction holds': to('', () => ({ resourceType: 'Bundle', type: 'transaction', entry: Array.from({ length: 2001 }, () => ({})) })),
  'text/plain': { send: () => door.post('/fhir/R4/Patient', named({}), { type: 'text/plain' }), status: 415 },
  XML: {
    send: () => door.post('/fhir/R4/Patient', `<Patient><name><family value="${CANARY}"/></name></Patient>`, { type: 'application/fhir+xml' }),
    status: 415,
  },
  'a compressed body': {
    send: async () =>
      read(
        await fetch(`${door.edge.url}/fhir/R4/Patient`, {
          method: 'POST',
          headers: { authorization: `Bearer ${await door.edge.token('integrator')}`, 'content-type': 'application/fhir+json', 'content-encoding': 'gzip' },
          body: new Uint8Array(gzipSync(JSON.stringify(named({ text: { div: 'x'.repeat(1_000_000) } })))),
        }),
      ),
    status: 415,
  },
  'a search with an unknown parameter': search(() => `Observation?patient=${own.id}&shoe-size=44`),
  'a search with an unknown modifier': search(() => `Observation?patient=${own.id}&code:nonsense=8867-4`),
  'a search for fewer than no rows': search(() => `Observation?patient=${own.id}&_count=-1`),
  'a search for too many rows': search(() => `Observation?patient=${own.id}&_count=100000`),
  'a search with a word for a date': search(() => `Observation?patient=${own.id}&date=yesterday`),
  'a search with SQL for an id': search(() => `Patient?_id=${encodeURIComponent("x') OR 1=1;--")}`),
  'an identifier in a URL': search(() => `Patient?identifier=${encodeURIComponent(`${AUTHORITY}|${own.mrn}`)}`),
  'a place in the list that nobody gave': search(() => `Patient?after=${encodeURIComponent('<script>')}`),
  'an id that is a path': search(() => 'Patient/..%2f..%2fetc%2fpasswd', 404),
  'a version that is none': search(() => `Patient/${own.id}/_history/latest`, 404),
};

describe('what is sent to the FHIR door and cannot be taken', () => {
  it('covers forty kinds and more', () => {
    expect(Object.keys(CASES).length).toBeGreaterThanOrEqual(40);
  });

  for (const [name, bad] of Object.entries(CASES)) {
    it(`${name}: is refused as FHIR says, and leaves nothing behind`, async () => {
      const before = await door.stored();
      const answer = await bad.send();
      expect([answer.status, answer.text.slice(0, 300)]).toEqual([bad.status, expect.any(String)]);
      expect(answer.type).toMatch(/^application\/fhir\+json/);
      expect(answer.json.resourceType).toBe('OperationOutcome');
      for (const { code, diagnostics } of answer.json.issue)
        expect([code, diagnostics]).toEqual([expect.stringMatching(/^[a-z-]+$/), expect.stringMatching(/\w/)]);
      expect(answer.text).not.toContain(CANARY);
      expect(answer.text).not.toMatch(/node_modules|SELECT|at .+\.[jt]s:\d/);
      expect(await door.stored()).toBe(before);
    });
  }

  it('names the place of what is wrong', async () => {
    const answer = await door.post('/fhir/R4', bundle('transaction', [pulse(own.id, 71), pulse(own.id, 70, { valueQuantity: quantity(70, 'kg') })]));
    expect(answer.json.issue[0]?.expression).toEqual(['Bundle.entry[1].resource.value']);
    const cut = await door.post('/fhir/R4/Patient', '{\n  "resourceType": "Patient",\n  "resourceType": "Patient"\n}');
    expect(cut.json.issue[0]?.diagnostics).toContain('line 3, column 3');
  });

  it('is refused to everyone but a source, before it is read', async () => {
    for (const as of ['physician', 'nurse', 'radiologist', 'privacy', 'steward', 'patient']) {
      const answer = await door.post('/fhir/R4/Patient', '{', { as });
      expect([403, 404], as).toContain(answer.status);
    }
  });

  it('does not stop the door', async () => {
    expect((await door.get('/fhir/R4/Patient?_count=1')).status).toBe(200);
  });
});
