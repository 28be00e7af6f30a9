import { randomUUID } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boundedInflate, greyPng, openJpegCodec } from '@concord/adapters/codecs';
import { sha256 } from '@concord/adapters/crypto';
import { instant } from '@concord/core/kernel';
import { chestPhantom, phantomDicom, type FilmFile } from '@concord/generator';
import { DEFLATED_LITTLE_ENDIAN, readInstance } from '@concord/interop/dicom';
import { openBackend } from '../../apps/api/src/open-backend.ts';
import { testDatabase } from '../database.ts';
import { handMade, multipart, nested, raw, type Part } from '../dicom-files.ts';
import { JSON_TYPE, place, sops, stowAt, type Sent } from '../dicom-door.ts';
import { startEdge, type RunningEdge } from '../edge.ts';

const AUTHORITY = 'urn:concord:demo:mrn';
const CANARY = `Canary${randomUUID().slice(0, 8)}`;
const MRN = `${CANARY}-1`;

let edge: RunningEdge;
let seed = 4_000;

beforeAll(async () => {
  const database = await testDatabase();
  edge = await startEdge({ backend: openBackend, databaseUrl: database.url('app_rw') });
  await admit(MRN, 'ward-a');
});
afterAll(() => edge.close());

async function admit(mrn: string, ward: string): Promise<void> {
  const made = await edge.post('/fhir/R4/Patient', 'integrator', {
    resourceType: 'Patient',
    identifier: [{ system: AUTHORITY, value: mrn }],
    name: [{ family: CANARY }],
    birthDate: '1961-04-12',
    gender: 'female',
  });
  const id = /Patient\/([^/]+)/.exec(made.headers.get('location') ?? '')?.[1] ?? '';
  const stay = await edge.post('/fhir/R4/Encounter', 'integrator', {
    resourceType: 'Encounter',
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
    subject: { reference: `Patient/${id}` },
    period: { start: new Date(Date.now() - 86_400_000).toISOString() },
    location: [{ location: { reference: `Location/${ward}` }, status: 'active' }],
  });
  expect([made.status, stay.status]).toEqual([201, 201]);
}

function film(change: { readonly mrn?: string; readonly size?: number; readonly takenAt?: number; readonly seed?: number } = {}): FilmFile {
  seed += 1;
  const phantom = chestPhantom({ seed: 11, findings: [], size: change.size ?? 128 });
  const takenAt = instant(change.takenAt ?? Date.now() - 1_800_000);
  return phantomDicom(phantom, { seed: change.seed ?? seed, patientId: change.mrn ?? MRN, takenAt, viewPosition: 'PA' });
}

const stow = (sent: Sent) => stowAt(edge, sent);
const send = (parts: readonly Part[], more: Partial<Sent> = {}) => stow({ ...multipart(parts), ...more });

async function studies(as: string, study: string): Promise<unknown[]> {
  const answer = await edge.get(`/dicom-web/studies?StudyInstanceUID=${study}`, as, { accept: JSON_TYPE });
  expect(answer.status).toBe(200);
  return (await answer.json()) as unknown[];
}

describe('an image that a source sends', () => {
  it('is acknowledged by its UID, without empty sequences, and found by the ward', async () => {
    const one = film();
    const receipt = await send([one.bytes]);
    expect([receipt.status, receipt.type, sops(receipt.text)]).toEqual([200, JSON_TYPE, [one.sopInstanceUid]]);
    expect(receipt.text).not.toContain('00081198');
    expect(await studies('physician', one.studyInstanceUid)).toHaveLength(1);
    expect(await studies('nurse', one.studyInstanceUid)).toHaveLength(1);
    expect(await studies('radiologist', one.studyInstanceUid)).toHaveLength(1);
  });

  it('sent again is the same image, also six times at once', async () => {
    const one = film();
    const answers = await Promise.all(Array.from({ length: 6 }, () => send([one.bytes])));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    const found = await edge.get(`/dicom-web/studies/${one.studyInstanceUid}/instances`, 'physician', { accept: JSON_TYPE });
    expect(await found.json()).toHaveLength(1);
  });

  it('under a UID that is taken by another file is refused, and the first stays', async () => {
    const one = film({ seed: 77, size: 64 });
    const other = film({ seed: 77, size: 72 });
    expect((await send([one.bytes])).status).toBe(200);
    const answer = await send([other.bytes]);
    expect([answer.status, answer.text.includes('273')]).toEqual([409, true]);
    expect(Buffer.compare(await retrieved(one), Buffer.from(one.bytes))).toBe(0);
  });

  it('comes back byte for byte, but for a preamble that could be a program', async () => {
    const one = film();
    const armed = one.bytes.slice();
    armed.set(Buffer.from('MZ this is a program'), 0);
    expect((await send([armed])).status).toBe(200);
    expect(Buffer.compare(await retrieved(one), Buffer.from(one.bytes))).toBe(0);
  });

  it('is shown as the pipeline computes it', async () => {
    const one = film({ size: 200 });
    await send([one.bytes]);
    const read = readInstance(one.bytes, 'UTC', { hash: sha256, inflate: boundedInflate, jpeg: await openJpegCodec() });
    const expected = read.ok && read.value.pixels ? await greyPng(read.value.pixels) : new Uint8Array();
    for (const path of [`${place(one)}/rendered`, `${place(one)}/frames/1/rendered`]) {
      const answer = await edge.get(path, 'physician');
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
      expect(Buffer.compare(Buffer.from(await answer.arrayBuffer()), Buffer.from(expected))).toBe(0);
    }
    expect((await edge.get(`${place(one)}/frames/2/rendered`, 'physician')).status).toBe(404);
  });

  it('has metadata without the patient and without pixels', async () => {
    const one = film();
    await send([one.bytes]);
    const answer = await edge.get(`/dicom-web/studies/${one.studyInstanceUid}/metadata`, 'radiologist', { accept: JSON_TYPE });
    const [metadata] = (await answer.json()) as Record<string, unknown>[];
    expect(metadata?.['00080018']).toEqual({ vr: 'UI', Value: [one.sopInstanceUid] });
    expect(Object.keys(metadata ?? {}).filter((tag) => tag.startsWith('0010') || tag === '7FE00010')).toEqual([]);
  });

  it('of another ward, of nobody and of an address that is not there get one answer', async () => {
    const mrn = `${CANARY}-b`;
    await admit(mrn, 'ward-b');
    const one = film({ mrn });
    await send([one.bytes]);
    const absent = { ...one, studyInstanceUid: '2.25.1' };
    for (const path of [`${place(one)}/rendered`, `/dicom-web/studies/${one.studyInstanceUid}`, `/dicom-web/studies/${one.studyInstanceUid}/metadata`]) {
      const hidden = await edge.get(path, 'nurse');
      const missing = await edge.get(path.replace(one.studyInstanceUid, absent.studyInstanceUid), 'nurse');
      expect([path, hidden.status, await hidden.text()]).toEqual([path, 404, await missing.text()]);
    }
    expect(await studies('nurse', one.studyInstanceUid)).toHaveLength(0);
  });
});

describe('an image of a patient whom nobody knows', () => {
  it('is kept for a person to match, named in the receipt, and seen by no ward', async () => {
    const one = film({ mrn: `${CANARY}-nobody` });
    const answer = await send([one.bytes]);
    expect([answer.status, sops(answer.text)]).toEqual([202, [one.sopInstanceUid]]);
    expect(answer.warning).toMatch(/^299 concord ".*ReconcileItem\/[0-9a-f-]{36}"$/);
    for (const who of ['physician', 'nurse', 'radiologist']) expect(await studies(who, one.studyInstanceUid)).toHaveLength(0);
    const again = await send([one.bytes]);
    expect(again.warning, 'the same file is the same item').toBe(answer.warning);
  });

  it('never reaches the patient whose study UID it borrows', async () => {
    const mine = film({ seed: 91 });
    await send([mine.bytes]);
    const mrn = `${CANARY}-thief`;
    await admit(mrn, 'ward-a');
    const phantom = chestPhantom({ seed: 12, findings: [], size: 64 });
    const theirs = phantomDicom(phantom, { seed: 92, studySeed: 91, patientId: mrn, takenAt: instant(Date.now() - 60_000), viewPosition: 'PA' });
    expect(theirs.studyInstanceUid).toBe(mine.studyInstanceUid);
    expect((await send([theirs.bytes])).status).toBe(202);
    const answer = await edge.get(`/dicom-web/studies/${mine.studyInstanceUid}/instances`, 'physician', { accept: JSON_TYPE });
    expect(await answer.json()).toHaveLength(1);
  });
});

async function retrieved(one: FilmFile): Promise<Buffer> {
  const answer = await edge.get(place(one), 'physician', { accept: 'application/dicom' });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

interface BadCase {
  readonly name: string;
  readonly status: readonly number[];
  readonly sent: () => Sent;
}

const parts = (...files: readonly Part[]): Sent => multipart(files);
const none = [400, 409];

const BAD: readonly BadCase[] = [
  { name: 'no boundary', status: [400], sent: () => ({ ...parts(handMade(MRN)), type: 'multipart/related; type="application/dicom"' }) },
  { name: 'another boundary', status: [400], sent: () => ({ ...parts(handMade(MRN)), type: 'multipart/related; boundary=elsewhere' }) },
  { name: 'a boundary of 71 characters', status: [400], sent: () => ({ ...parts(handMade(MRN)), type: `multipart/related; boundary=${'x'.repeat(71)}` }) },
  {
    name: 'parts of another type announced',
    status: [415],
    sent: () => ({ ...parts(handMade(MRN)), type: 'multipart/related; type="image/jpeg"; boundary=b' }),
  },
  { name: 'a bare file', status: [415], sent: () => ({ body: handMade(MRN), type: 'application/dicom' }) },
  { name: 'JSON', status: [415], sent: () => ({ body: Buffer.from('{}'), type: 'application/json' }) },
  { name: 'nothing at all', status: [400], sent: () => ({ ...parts(), body: new Uint8Array() }) },
  { name: 'no part', status: [400], sent: () => parts() },
  { name: 'an empty part', status: none, sent: () => parts(new Uint8Array()) },
  { name: 'rubbish', status: [400], sent: () => parts(Buffer.from(`no image of ${CANARY}`)) },
  { name: 'a preamble and nothing behind it', status: none, sent: () => parts(Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')])) },
  { name: 'half a file', status: none, sent: () => parts(film().bytes.subarray(0, 2_000)) },
  { name: 'a file cut in its header', status: none, sent: () => parts(film().bytes.subarray(0, 400)) },
  { name: 'no closing delimiter', status: [400], sent: () => multipart([handMade(MRN)], { closed: false }) },
  {
    name: 'a part header without end',
    status: [400],
    sent: () => ({ body: Buffer.from(`--b\r\nX: ${'y'.repeat(20_000)}`), type: 'multipart/related; boundary=b' }),
  },
  { name: 'a part of another type', status: none, sent: () => parts({ type: 'image/jpeg', bytes: handMade(MRN) }) },
  { name: 'no study UID', status: [409], sent: () => parts(handMade(MRN, [], [0x0020000d])) },
  { name: 'no SOP UID', status: [409], sent: () => parts(handMade(MRN, [], [0x00080018])) },
  { name: 'a path for a UID', status: [409], sent: () => parts(handMade(MRN, [{ tag: 0x00080018, vr: 'UI', value: '../../../tmp/x' }])) },
  {
    name: 'two patient ids',
    status: none,
    sent: () =>
      parts(
        handMade(MRN, [
          { tag: 0x00100020, vr: 'LO', value: MRN },
          { tag: 0x00100020, vr: 'LO', value: 'other' },
        ]),
      ),
  },
  { name: 'another study in the address', status: [409], sent: () => ({ ...parts(handMade(MRN)), path: '/dicom-web/studies/2.25.77' }) },
  { name: 'no UID in the address', status: [400], sent: () => ({ ...parts(handMade(MRN)), path: '/dicom-web/studies/..%2f..' }) },
  { name: 'HTML wanted', status: [406], sent: () => ({ ...parts(handMade(MRN)), accept: 'text/html' }) },
  { name: 'more rows than pixels', status: none, sent: () => parts(handMade(MRN, [{ tag: 0x00280010, vr: 'US', value: [30_000] }])) },
  { name: 'rows beyond any film', status: none, sent: () => parts(handMade(MRN, [{ tag: 0x00280010, vr: 'US', value: [65_535] }])) },
  { name: 'no rows', status: none, sent: () => parts(handMade(MRN, [{ tag: 0x00280010, vr: 'US', value: [0] }])) },
  { name: 'rows of four bytes', status: none, sent: () => parts(handMade(MRN, [{ tag: 0x00280010, vr: 'UL', value: [4_000_000_000] }])) },
  { name: 'nine bits in eight', status: none, sent: () => parts(handMade(MRN, [{ tag: 0x00280101, vr: 'US', value: [9] }])) },
  { name: 'a length beyond the end', status: none, sent: () => parts(raw(Buffer.from('10001000504eff7f41', 'hex'))) },
  { name: 'a VR that is none', status: none, sent: () => parts(raw(Buffer.from('100010007a7a02004141', 'hex'))) },
  { name: '2,000 nested sequences', status: none, sent: () => parts(raw(nested(2_000))) },
  { name: '40 nested sequences', status: none, sent: () => parts(raw(nested(40))) },
  {
    name: '150,000 items',
    status: none,
    sent: () => parts(raw(Buffer.concat([nested(1), Buffer.alloc(150_000 * 8, Buffer.from('feff0de000000000feff00e0ffffffff', 'hex'))]))),
  },
  { name: 'a deflate bomb', status: [409], sent: () => parts(raw(deflateRawSync(Buffer.alloc(300_000_000), { level: 9 }), DEFLATED_LITTLE_ENDIAN)) },
  { name: 'damaged deflate', status: [409], sent: () => parts(raw(Buffer.from('this is not deflated'), DEFLATED_LITTLE_ENDIAN)) },
  { name: 'an image of tomorrow', status: [409], sent: () => parts(film({ takenAt: Date.now() + 86_400_000 }).bytes) },
  { name: 'a nurse', status: [403, 404], sent: () => ({ ...parts(handMade(MRN)), as: 'nurse' }) },
];

describe('what a source must not send', () => {
  it.each(BAD)(
    '$name: a clear refusal, nothing kept, nothing repeated',
    async ({ sent, status }) => {
      const before = await count();
      const answer = await stow(sent());
      expect(status, answer.text).toContain(answer.status);
      expect(answer.type).toContain(JSON_TYPE);
      expect(Object.keys(JSON.parse(answer.text) as object).length, 'a refusal says why').toBeGreaterThan(0);
      expect(answer.text).not.toContain(CANARY);
      expect(answer.text).not.toMatch(/node_modules|\.ts:\d/);
      expect(await count()).toBe(before);
    },
    30_000,
  );

  it('beside a good one costs only itself', async () => {
    const good = film();
    const answer = await send([good.bytes, Buffer.from('rubbish')]);
    expect([answer.status, sops(answer.text)]).toEqual([202, [good.sopInstanceUid]]);
    expect(answer.text).toContain('0008119A');
  });

  it('and the door stands open afterwards', async () => {
    expect((await edge.get('/readyz', undefined)).status).toBe(200);
    expect((await send([film().bytes])).status).toBe(200);
  });
});

/** Instances that the source itself can see. */
async function count(): Promise<number> {
  const answer = await edge.get('/dicom-web/studies?limit=200', 'integrator', { accept: JSON_TYPE });
  const found = (await answer.json()) as Record<string, { readonly Value?: readonly number[] }>[];
  return found.reduce((sum, study) => sum + (study['00201208']?.Value?.[0] ?? 0), 0);
}

describe('a search', () => {
  it.each(['limit=-1', 'limit=many', 'offset=1000000', 'StudyDate=yesterday', 'StudyInstanceUID=../x', `PatientID=${MRN}`, 'PatientName=a*', '$x=1'])(
    'that cannot be answered says so: %s',
    async (query) => {
      const answer = await edge.get(`/dicom-web/studies?${query}`, 'physician', { accept: JSON_TYPE });
      const text = await answer.text();
      expect([answer.status, text.includes(CANARY)]).toEqual([400, false]);
    },
  );

  it('takes what viewers send, pages, and warns of keys that it does not match', async () => {
    const answer = await edge.get('/dicom-web/studies?limit=1&offset=0&includefield=all&fuzzymatching=true&StudyDescription=x', 'physician', {
      accept: JSON_TYPE,
    });
    expect([answer.status, answer.headers.get('warning')]).toEqual([200, expect.stringContaining('StudyDescription')]);
    expect(await answer.json()).toHaveLength(1);
    const second = await edge.get('/dicom-web/studies?limit=1&offset=1&ModalitiesInStudy=DX&StudyDate=20200101-', 'physician', { accept: JSON_TYPE });
    expect(await second.json()).toHaveLength(1);
  });
});
