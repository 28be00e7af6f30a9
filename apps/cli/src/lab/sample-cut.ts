import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/** What one small folder holds and where it comes from. */
export interface SampleFolder {
  readonly folder: string;
  readonly origin: 'cut' | 'invented';
  readonly patients: number;
}

export interface SampleWish {
  readonly out: string;
  readonly patients: number;
  readonly seed: number;
}

/** Of the patients that are cut out, so many had the event: a trial must not run out of either kind. */
const WITH_EVENT = 1 / 3;
const FILMS_A_GROUP = 14;

/** `hours.csv.gz` of 2019: a third of the patients are septic. The patients are chosen by the hash of their number and the seed. */
export function cutHours(source: string, { out, patients, seed }: SampleWish): SampleFolder {
  const [head = '', ...lines] = unpacked(join(source, 'vitals_hourly.csv.gz'));
  const byPatient = grouped(lines, (line) => line.slice(0, line.indexOf(',')));
  const septic = new Set([...byPatient].filter(([, rows]) => rows.some((row) => row.trimEnd().endsWith(',1'))).map(([patient]) => patient));
  const chosen = bothKinds([...byPatient.keys()], (patient) => septic.has(patient), { patients, seed });
  packed(join(made(out), 'vitals_hourly.csv.gz'), [head, ...chosen.flatMap((patient) => byPatient.get(patient) ?? [])]);
  return { folder: out, origin: 'cut', patients: chosen.length };
}

/** Events and outcomes of 2012, half of the patients from each set; a third of them died. */
export function cutStays(source: string, { out, patients, seed }: SampleWish): SampleFolder {
  let count = 0;
  for (const set of ['a', 'b']) {
    const [outcomeHead = '', ...outcomes] = readFileSync(join(source, `outcomes_set_${set}.csv`), 'utf8')
      .trim()
      .split('\n');
    const byRecord = new Map(outcomes.map((line) => [line.slice(0, line.indexOf(',')), line]));
    const died = (record: string): boolean => byRecord.get(record)?.trimEnd().endsWith(',1') === true;
    const chosen = bothKinds([...byRecord.keys()], died, { patients: Math.ceil(patients / 2), seed });
    const [head = '', ...lines] = unpacked(join(source, `events_set_${set}.csv.gz`));
    const kept = new Set(chosen);
    packed(join(made(out), `events_set_${set}.csv.gz`), [head, ...lines.filter((line) => kept.has(line.slice(0, line.indexOf(','))))]);
    writeFileSync(join(out, `outcomes_set_${set}.csv`), text([outcomeHead, ...chosen.map((record) => byRecord.get(record) ?? '')]));
    count += chosen.length;
  }
  return { folder: out, origin: 'cut', patients: count };
}

/** Films of NIH with their files: as many of each view with pneumonia as without. */
export function cutFilms(source: string, { out, seed }: SampleWish): SampleFolder {
  const [head = '', ...lines] = readFileSync(join(source, 'labels.csv'), 'utf8').trim().split('\n');
  const columns = head.trim().split(',');
  const cell = (line: string, name: string): string => line.split(',')[columns.indexOf(name)] ?? '';
  const groups = grouped(lines, (line) => `${cell(line, 'view')} ${cell(line, 'finding_labels').includes('Pneumonia')}`);
  const chosen = [...groups.values()].flatMap((group) => drawn(group, seed).slice(0, FILMS_A_GROUP));
  made(join(out, 'images'));
  for (const line of chosen) copyFileSync(join(source, 'images', cell(line, 'file')), join(out, 'images', cell(line, 'file')));
  writeFileSync(join(out, 'labels.csv'), text([head, ...chosen]));
  return { folder: out, origin: 'cut', patients: new Set(chosen.map((line) => cell(line, 'patient_id'))).size };
}

/** Days of people with a watch, whole people. */
export function cutWearables(source: string, { out, patients, seed }: SampleWish): SampleFolder {
  const names = ['hrv_measurements.csv', 'wearables.csv'];
  const files = names.map((name) => readFileSync(join(source, name), 'utf8').trim().split('\n'));
  const person = (line: string): string => line.slice(0, line.indexOf(','));
  const chosen = new Set(drawn([...new Set(files.flatMap(([, ...lines]) => lines.map(person)))], seed).slice(0, patients));
  made(out);
  files.forEach(([head = '', ...lines], at) => {
    writeFileSync(join(out, names[at] ?? ''), text([head, ...lines.filter((line) => chosen.has(person(line)))]));
  });
  return { folder: out, origin: 'cut', patients: chosen.size };
}

/** Whether the set lies there, by a file that it cannot do without. */
export function lies(source: string, file: string): boolean {
  return existsSync(join(source, file));
}

export function made(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}

export function packed(path: string, lines: readonly string[]): void {
  writeFileSync(path, gzipSync(text(lines), { level: 1 }));
}

export function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

function unpacked(path: string): readonly string[] {
  return gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n');
}

function grouped(lines: readonly string[], keyOf: (line: string) => string): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const line of lines) {
    const key = keyOf(line);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [line]);
    else group.push(line);
  }
  return groups;
}

function bothKinds(names: readonly string[], event: (name: string) => boolean, { patients, seed }: { readonly patients: number; readonly seed: number }) {
  const order = drawn(names, seed);
  const some = Math.round(patients * WITH_EVENT);
  return [...order.filter(event).slice(0, some), ...order.filter((name) => !event(name)).slice(0, patients - some)];
}

/** In an order that hangs on each name and the seed, never on the file. */
function drawn(names: readonly string[], seed: number): readonly string[] {
  const keyOf = (name: string): string => createHash('sha256').update(`${name} sample ${seed}`).digest('hex');
  return names
    .map((name) => [keyOf(name), name] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, name]) => name);
}
