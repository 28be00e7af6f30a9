import { Inject, Injectable } from '@nestjs/common';
import type { CsvReceipt } from '@concord/contracts';
import type { PatientId, SourceId } from '@concord/core/clinical';
import type { AccessScope, NewObservation } from '@concord/core/ports';
import { readVitalsCsv, type CsvError, type CsvRow } from '@concord/interop/wearables';
import type { Caller } from '../edge/caller.ts';
import { Failure, failure, forbidden } from '../edge/failure.ts';
import { aboutNobody, Gate } from '../edge/gate.ts';
import { CsvRows } from './csv-rows.ts';

/** Takes a file of wearable signs in: all of it, or with `partial` its good rows. */
@Injectable()
export class CsvWriter {
  readonly #gate: Gate;

  constructor(@Inject(Gate) gate: Gate) {
    this.#gate = gate;
  }

  /** @throws Failure 400 unreadable, 422 with the bad lines; 403 or 404 for whoever is no source. */
  async take(caller: Caller, bytes: Buffer, isPartial: boolean): Promise<CsvReceipt> {
    const sourceId = caller.actor.sourceId;
    if (sourceId === undefined) {
      // Decided, and recorded, before the bytes are looked at.
      await this.#gate.open(caller, aboutNobody, () => Promise.resolve(undefined));
      throw forbidden();
    }
    const text = decoded(bytes);
    const file = readVitalsCsv(text);
    if (!file.ok) throw refusal([file.error]);
    const { rows, refused } = file.value;
    if (refused.length > 0 && !isPartial) throw refusal(refused);
    return this.#gate.open(caller, aboutNobody, async (scope) => {
      const taken = await store(scope, { rows, bytes, text, sourceId });
      const all = [...refused, ...taken.refused].sort((a, b) => a.line - b.line);
      // Thrown inside: nothing of the file stays.
      if (all.length > 0 && !isPartial) throw refusal(all);
      const { accepted, duplicates } = taken;
      return isPartial ? { accepted, duplicates, refused: all } : { accepted, duplicates };
    });
  }
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw failure(400, 'The body is not UTF-8.');
  }
}

function refusal(errors: readonly CsvError[]): Failure {
  return new Failure(
    422,
    errors.map(({ line, reason }) => ({ code: 'value', text: reason, line })),
  );
}

interface File {
  readonly rows: readonly CsvRow[];
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly sourceId: SourceId;
}

interface Taken {
  readonly accepted: number;
  readonly duplicates: number;
  readonly refused: readonly CsvError[];
}

interface Line {
  readonly line: number;
  readonly record: NewObservation;
}

async function store(scope: AccessScope, file: File): Promise<Taken> {
  const refused: CsvError[] = [];
  const lines: Line[] = [];
  const records = new CsvRows(scope, file.sourceId, (patient) => originalOf(file, patient));
  for (const row of file.rows) {
    const record = await records.record(row);
    if (typeof record === 'string') refused.push({ line: row.line, reason: record });
    else lines.push({ line: row.line, record });
  }
  const stored = lines.length === 0 ? [] : await scope.observations.putAll(lines.map(({ record }) => record));
  const changed = new Set<PatientId>();
  let duplicates = 0;
  for (const [index, { line, record }] of lines.entries()) {
    const kind = stored[index]?.kind;
    if (kind === 'conflict') refused.push({ line, reason: 'another value stands at the same moment for this patient, code and device' });
    else if (kind === 'paused') refused.push({ line, reason: 'the collection of this device is paused' });
    else if (kind === 'repeated') duplicates += 1;
    else changed.add(record.patientId);
  }
  for (const patientId of [...changed].sort()) await scope.jobs.assess(patientId);
  scope.audit.note({ detail: { rows: file.rows.length, refused: refused.length } });
  return { accepted: lines.length - duplicates - refusedAmong(refused, lines), duplicates, refused };
}

/** The file, or, when it is about several patients, the lines about this one: no patient's key opens another's numbers. */
function originalOf({ rows, bytes, text }: File, patient: string): Uint8Array {
  if (rows.every((row) => row.patient === patient)) return bytes;
  const lines = text.split('\n');
  const [header = ''] = lines;
  const mine = rows.flatMap((row, index) => (row.patient === patient ? lines.slice(row.line - 1, (rows[index + 1]?.line ?? row.line + 1) - 1) : []));
  return new TextEncoder().encode(`${[header, ...mine].join('\n')}\n`);
}

function refusedAmong(refused: readonly CsvError[], lines: readonly Line[]): number {
  const taken = new Set(lines.map(({ line }) => line));
  return refused.filter(({ line }) => taken.has(line)).length;
}
