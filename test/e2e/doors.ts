import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { instant } from '@concord/core/kernel';
import { chestPhantom, phantomDicom } from '@concord/generator';
import { ROOT } from '../running-system.ts';

const AUTHORITY = 'urn:concord:demo:mrn';
const LOINC = 'http://loinc.org';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const run = promisify(execFile);

/** A patient that came in through the FHIR door, and who sends for them. */
export interface Admitted {
  readonly url: string;
  readonly token: string;
  readonly id: string;
  readonly recordNumber: string;
}

/** A token of the source, as the command line prints it. */
async function tokenOf(dataDir: string | undefined): Promise<string> {
  const env = { ...process.env, ...(dataDir === undefined ? {} : { CONCORD_DATA_DIR: dataDir }) };
  const { stdout } = await run(process.execPath, [join(ROOT, 'apps/cli/bin/concord.js'), 'token', '--user', 'integrator'], { cwd: ROOT, env });
  return stdout.trim();
}

/** A new adult with a bed since yesterday. */
export async function admit(url: string, dataDir: string | undefined, ward = 'ward-a'): Promise<Admitted> {
  const token = await tokenOf(dataDir);
  const recordNumber = `E2E-${randomUUID().slice(0, 8)}`;
  const patient = {
    resourceType: 'Patient',
    identifier: [{ system: AUTHORITY, value: recordNumber }],
    birthDate: '1958-03-09',
    gender: 'female',
    name: [{ family: 'Doorway', given: ['Test'] }],
  };
  const made = await post({ url, token }, '/fhir/R4/Patient', patient);
  const id = /Patient\/([\w-]+)/.exec(made.headers.get('location') ?? '')?.[1] ?? '';
  await post({ url, token }, '/fhir/R4/Encounter', {
    resourceType: 'Encounter',
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
    subject: { reference: `Patient/${id}` },
    period: { start: new Date(Date.now() - 24 * HOUR).toISOString() },
    location: [{ location: { reference: `Location/${ward}` }, status: 'active' }],
  });
  return { url, token, id, recordNumber };
}

const SIGNS = [
  ['9279-1', '/min', 15, 20],
  ['2708-6', '%', 97, 96],
  ['8867-4', '/min', 74, 104],
  ['8480-6', 'mm[Hg]', 124, 114],
  ['8310-5', 'Cel', 36.8, 37.6],
] as const;

/** Twelve steady hours of vital signs through the CSV door. */
export async function sendSteadyVitals(patient: Admitted): Promise<void> {
  const now = Date.now();
  await sendCsv(
    patient,
    Array.from({ length: 13 }, (_, hour) => now - (12 - hour) * HOUR - 3 * MINUTE).flatMap((at) =>
      SIGNS.map(([code, unit, steady]) => ({ code, unit, value: steady, at })),
    ),
  );
}

/** One worse set, just taken; still under the line at which this score falls silent. */
export async function sendWorseVitals(patient: Admitted): Promise<void> {
  await sendCsv(
    patient,
    SIGNS.map(([code, unit, , worse]) => ({ code, unit, value: worse, at: Date.now() - MINUTE })),
  );
}

interface CsvRow {
  readonly code: string;
  readonly unit: string;
  readonly value: number;
  readonly at: number;
}

async function sendCsv(patient: Admitted, rows: readonly CsvRow[]): Promise<void> {
  const lines = rows.map(({ code, unit, value, at }) => [patient.recordNumber, 'e2e-monitor', code, value, unit, new Date(at).toISOString(), ''].join(','));
  await send(patient, '/api/v1/ingest/wearables/csv', 'text/csv', ['patient,device,code,value,unit,effectiveAt,sentAt', ...lines, ''].join('\n'));
}

/** What the report says of the film. */
export const REPORT = 'Findings: New patchy opacity in the right lower lobe. No pleural effusion.\nImpression: Pneumonia in the right lower lobe.';

export async function sendReport(patient: Admitted): Promise<void> {
  const at = new Date(Date.now() - 2 * MINUTE).toISOString();
  await post(patient, '/fhir/R4/DiagnosticReport', {
    resourceType: 'DiagnosticReport',
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: 'RAD' }] }],
    code: { coding: [{ system: LOINC, code: '30746-2' }] },
    subject: { reference: `Patient/${patient.id}` },
    effectiveDateTime: at,
    issued: at,
    presentedForm: [{ contentType: 'text/plain', data: Buffer.from(REPORT).toString('base64'), title: 'Chest radiograph' }],
  });
}

/** A drawn film with an opacity, through STOW-RS. */
export async function sendImage(patient: Admitted): Promise<void> {
  const seed = Date.now() % 1_000_000;
  const phantom = chestPhantom({ seed, findings: [{ kind: 'opacity', side: 'right', zone: 'lower', size: 0.12, density: 0.9 }] });
  const film = phantomDicom(phantom, { seed, patientId: patient.recordNumber, takenAt: instant(Date.now() - 3 * MINUTE), viewPosition: 'AP' });
  const boundary = 'concord-e2e';
  const body = Buffer.concat([Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`), film.bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  await send(patient, '/dicom-web/studies', `multipart/related; type="application/dicom"; boundary=${boundary}`, new Uint8Array(body));
}

function post(to: Pick<Admitted, 'url' | 'token'>, path: string, resource: object): Promise<Response> {
  return send(to, path, 'application/fhir+json', JSON.stringify(resource));
}

/** @throws when the door refuses: a journey cannot go on with what never arrived. */
async function send({ url, token }: Pick<Admitted, 'url' | 'token'>, path: string, type: string, body: string | Uint8Array<ArrayBuffer>): Promise<Response> {
  const response = await fetch(`${url}${path}`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': type }, body });
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
  return response;
}
