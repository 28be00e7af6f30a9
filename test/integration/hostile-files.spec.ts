import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clamdScanner, ScannerUnavailable } from '@concord/adapters/antivirus';
import { stowAt } from '../dicom-door.ts';
import { handMade, multipart } from '../dicom-files.ts';
import { openDoor, pulse, report, type Door } from '../fhir-door.ts';
import { EICAR, startScanner, type Scanner } from '../scanner.ts';

let scanner: Scanner;
let door: Door;

beforeAll(async () => {
  scanner = await startScanner();
  door = await openDoor({ CONCORD_CLAMD_HOST: '127.0.0.1', CONCORD_CLAMD_PORT: String(scanner.port) });
});
afterEach(() => {
  scanner.says = undefined;
});
afterAll(async () => {
  await door.close();
  await scanner.close();
});

/** The preamble of a DICOM file means nothing, so it may be a program (PS3.10 7.1). */
function infected(patient: string): Uint8Array {
  const file = Uint8Array.from(handMade(patient));
  file.set(EICAR, 0);
  return file;
}

describe('the scanner of the house', () => {
  it('sees every byte of a file of several chunks, and says what it is', async () => {
    const scan = clamdScanner({ host: '127.0.0.1', port: scanner.port, patience: 2_000 });
    const large = Buffer.alloc(300_000, 7);
    expect(await scan(large)).toBe('clean');
    // Across the border of two chunks.
    expect(await scan(Buffer.concat([large.subarray(0, 65_500), EICAR, large]))).toBe('found');
    expect(await scan(Buffer.alloc(0))).toBe('clean');
  });

  it.each(['INSTREAM size limit exceeded. ERROR', 'stream: OK FOUND nothing', 'OK', '', 'x'.repeat(5_000), 'hang'])(
    'that says “%s” has not said that a file is clean',
    async (says) => {
      scanner.says = says;
      await expect(clamdScanner({ host: '127.0.0.1', port: scanner.port, patience: 300 })(Buffer.from('a file'))).rejects.toThrow(ScannerUnavailable);
    },
  );
});

describe('a file in which the scanner finds something', () => {
  it('is refused at each door in the form of that door, and nothing of it is kept', async () => {
    const { id, mrn } = await door.admit();
    const before = await door.stored();
    const stow = await stowAt(door.edge, multipart([infected(mrn)]));
    expect([stow.status, stow.type]).toEqual([400, expect.stringContaining('application/dicom+json')]);
    expect(JSON.parse(stow.text)).toMatchObject({ '0008119A': { Value: [{}] } });
    const attached = report(id, EICAR.toString('latin1'));
    const fhir = await door.post('/fhir/R4/DiagnosticReport', attached);
    expect([fhir.status, fhir.json]).toMatchObject([
      422,
      { resourceType: 'OperationOutcome', issue: [{ diagnostics: expect.stringContaining('file scanner') as string }] },
    ]);
    expect(
      (
        await door.post(
          '/fhir/R4/DiagnosticReport',
          JSON.stringify(attached).replace(/"data":"(.)/, (_all, first: string) => `"d\\u0061ta":"\\u00${first.charCodeAt(0).toString(16)}`),
        )
      ).status,
    ).toBe(422);
    const csv = await door.post('/api/v1/ingest/wearables/csv', EICAR.toString('latin1'), { type: 'text/csv' });
    expect(csv.status).toBe(422);
    expect(await door.stored()).toBe(before);
  });

  it('does not stand in the way of what is clean beside it', async () => {
    const { id, mrn } = await door.admit();
    const stow = await stowAt(door.edge, multipart([handMade(mrn), infected(mrn)]));
    expect(stow.status).toBe(202);
    expect((await door.post('/fhir/R4/Observation', pulse(id, 80))).status).toBe(201);
  });

  it('is not taken unseen: while the scanner is away every file waits, and reading goes on', async () => {
    const { id, mrn } = await door.admit();
    scanner.says = 'INSTREAM size limit exceeded. ERROR';
    const before = await door.stored();
    expect((await stowAt(door.edge, multipart([handMade(mrn)]))).status).toBe(503);
    expect((await door.post('/fhir/R4/Observation', pulse(id, 81))).status).toBe(503);
    expect(await door.stored()).toBe(before);
    expect((await door.get(`/fhir/R4/Patient/${id}`)).status).toBe(200);
  });
});
