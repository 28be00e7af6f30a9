import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { found, minutesAgo, openDoor, type Admitted, type Answer, type Door } from '../fhir-door.ts';

const PATH = '/api/v1/ingest/wearables/csv';
const HEAD = 'patient,device,code,value,unit,effectiveAt,sentAt';
const CANARY = 'Canarywort';

let door: Door;
let patient: Admitted;
let moment = 0;

beforeAll(async () => {
  door = await openDoor();
  patient = await door.admit();
});
afterAll(() => door.close());

type Cells = Readonly<Partial<Record<'patient' | 'device' | 'code' | 'value' | 'unit' | 'effectiveAt' | 'sentAt', string>>>;

/** A row at a moment of its own. */
function row(change: Cells = {}): string {
  moment += 1;
  const cells = {
    patient: patient.mrn,
    device: 'watch-1',
    code: '8867-4',
    value: '71',
    unit: '/min',
    effectiveAt: minutesAgo(300 - moment / 10),
    sentAt: '',
    ...change,
  };
  return Object.values(cells).join();
}

const send = (text: string | Uint8Array, query = '', type = 'text/csv') => door.post(`${PATH}${query}`, text, { type });
const file = (...rows: readonly string[]) => `${[HEAD, ...rows].join('\n')}\n`;
const kept = async () => Number((await door.rows('SELECT count(*) AS n FROM observations'))[0]?.['n']);

describe('a table of wearable signs', () => {
  it('is taken row by row, and the same table again is the same', async () => {
    const text = file(row(), row({ code: '8310-5', value: '98.6', unit: '[degF]' }), row({ device: '"watch, left ""A"""' }));
    expect((await send(text)).json).toEqual({ accepted: 3, duplicates: 0 });
    expect((await send(text)).json).toEqual({ accepted: 0, duplicates: 3 });
    expect(await kept()).toBe(3);
  });

  it('holds the same row twice as one', async () => {
    const twice = row();
    expect((await send(file(twice, twice))).json).toEqual({ accepted: 1, duplicates: 1 });
  });

  it('sent six times at once is stored once', async () => {
    const text = file(row(), row());
    const before = await kept();
    const answers = await Promise.all(Array.from({ length: 6 }, () => send(text)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(await kept()).toBe(before + 2);
  });

  it('can be read back as FHIR, with its device', async () => {
    const one = await door.admit();
    await send(file(row({ patient: one.mrn, device: 'watch-7' })));
    const [sign] = found(await door.get(`/fhir/R4/Observation?patient=${one.id}`));
    expect(sign).toMatchObject({ device: { display: 'watch-7' }, valueQuantity: { value: 71, code: '/min' }, subject: { reference: `Patient/${one.id}` } });
  });

  it('about two patients keeps for each only the rows about that one', async () => {
    const [one, two] = [await door.admit(), await door.admit()];
    const text = file(row({ patient: one.mrn }), row({ patient: two.mrn }), row({ patient: one.mrn }));
    expect((await send(text)).json).toEqual({ accepted: 3, duplicates: 0 });
    const sizes = await door.rows(
      'SELECT DISTINCT l.patient_id, b.byte_length FROM observations o JOIN blobs b ON b.sha256 = o.blob_sha256 AND b.patient_key = o.patient_key JOIN patient_links l ON l.patient_key = o.patient_key WHERE l.patient_id = ANY ($1)',
      [[one.id, two.id]],
    );
    expect(
      sizes
        .map(({ byte_length: length }) => Number(length))
        .sort((a, b) => a - b)
        .map((length) => length < text.length),
    ).toEqual([true, true]);
  });
});

describe('a bad row', () => {
  const bad: Readonly<Record<string, () => string>> = {
    'no number': () => row({ value: 'seventy' }),
    NaN: () => row({ value: 'NaN' }),
    infinity: () => row({ value: 'Infinity' }),
    'more than a double holds': () => row({ value: '1e400' }),
    hexadecimal: () => row({ value: '0x48' }),
    'a decimal comma': () => row({ code: '8310-5', value: '"36,8"', unit: 'Cel' }),
    'no value': () => row({ value: '' }),
    'a negative pulse': () => row({ value: '-5' }),
    'no unit': () => row({ unit: '' }),
    'a unit outside UCUM': () => row({ unit: '[furlong_bogus]' }),
    'a unit of another dimension': () => row({ unit: 'kg' }),
    'a code that no modality reads': () => row({ code: '99999-9' }),
    'a patient whom nobody knows': () => row({ patient: `${CANARY}-nobody` }),
    'a time without offset': () => row({ effectiveAt: '2026-01-05T10:00:00' }),
    'a time in another notation': () => row({ effectiveAt: '05/01/2026 10:00' }),
    'a day that does not exist': () => row({ effectiveAt: '2026-02-30T10:00:00Z' }),
    'a time far ahead': () => row({ effectiveAt: '2099-01-01T00:00:00Z' }),
    'a time before birth': () => row({ effectiveAt: '1901-01-01T00:00:00Z' }),
    'a bad time of sending': () => row({ sentAt: 'yesterday' }),
    'a cell too many': () => `${row()},extra`,
    'cells too few': () => `${patient.mrn},watch-1,8867-4`,
    'an empty line': () => '',
  };

  for (const [name, make] of Object.entries(bad)) {
    it(`(${name}) is named by its line, and nothing of the table is stored`, async () => {
      const before = await door.stored();
      const answer = await send(file(row(), make(), row()));
      expect([answer.status, answer.json.errors]).toEqual([422, [{ line: 3, reason: expect.stringMatching(/\w/) as string }]]);
      expect(answer.type).toMatch(/^application\/problem\+json/);
      expect(answer.text).not.toContain(CANARY);
      expect(await door.stored()).toBe(before);
    });
  }

  it('(another value at the same moment) is no duplicate', async () => {
    const at = minutesAgo(11);
    await send(file(row({ effectiveAt: at })));
    const answer = await send(file(row({ effectiveAt: at, value: '99' })));
    expect([answer.status, answer.json.errors.map(({ line }) => line)]).toEqual([422, [2]]);
  });

  it('is left out when the sender asks for the good ones', async () => {
    const text = file(row(), row({ value: 'seventy' }), row(), row({ unit: 'kg' }));
    expect((await send(text)).status).toBe(422);
    const answer = await send(text, '?partial=true');
    expect(answer.json).toMatchObject({ accepted: 2, duplicates: 0 });
    expect(answer.json.refused.map(({ line }) => line)).toEqual([3, 5]);
  });
});

describe('a table that cannot be read', () => {
  const cases: Readonly<Record<string, () => Promise<Answer>>> = {
    'no header': () => send(`${row()}\n`),
    'another header': () => send(`patient,code,value\n${patient.mrn},8867-4,70\n`),
    'no text': () => send(''),
    'an open quote': () => send(`${HEAD}\n"${row()}\n`),
    NUL: () => send(file(row({ device: 'wa\0tch' }))),
    'bytes that are not UTF-8': () => send(Buffer.concat([Buffer.from(`${HEAD}\n`), Buffer.from(row({ device: 'w\u00ff' }), 'latin1')])),
    'another media type': () => send(file(row()), '', 'application/json'),
    'another parameter': () => send(file(row()), '?partial=perhaps'),
  };
  for (const [name, ask] of Object.entries(cases)) {
    it(`(${name}) is refused as problem+json, and leaves nothing behind`, async () => {
      const before = await door.stored();
      const answer = await ask();
      expect([400, 415, 422]).toContain(answer.status);
      expect(answer.type).toMatch(/^application\/problem\+json/);
      expect(answer.text).not.toContain(patient.mrn);
      expect(await door.stored()).toBe(before);
    });
  }

  it('is taken from sources only', async () => {
    for (const as of ['nurse', 'physician', 'patient']) expect([403, 404]).toContain((await door.post(PATH, file(row()), { as, type: 'text/csv' })).status);
  });
});
