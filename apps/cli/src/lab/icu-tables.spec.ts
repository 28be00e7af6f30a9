import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { sepsisTables } from './icu-tables.ts';
import { writeNpz } from './npz.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-tables-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const SIGNS = ['HR', 'Resp', 'O2Sat', 'SBP', 'DBP', 'Temp', 'MAP', 'EtCO2', 'FiO2'];
const LABS = ['BaseExcess', 'HCO3', 'pH', 'PaCO2', 'SaO2', 'AST', 'BUN', 'Alkalinephos', 'Calcium', 'Chloride', 'Creatinine', 'Bilirubin_direct', 'Glucose'];
const MORE = ['Lactate', 'Magnesium', 'Phosphate', 'Potassium', 'Bilirubin_total', 'TroponinI', 'Hct', 'Hgb', 'PTT', 'WBC', 'Fibrinogen', 'Platelets'];
const NAMES = ['patient_id', ...SIGNS, ...LABS, ...MORE, 'Age', 'Gender', 'HospAdmTime', 'ICULOS', 'SepsisLabel'];

/** Two invented stays of ten hours in the set's own format; every third hour a lactate. */
function csv(): string {
  const rows = ['p000001', 'p000002'].flatMap((patient, who) =>
    Array.from({ length: 10 }, (_, hour) => {
      const cells: Readonly<Record<string, string | number>> = {
        patient_id: patient,
        HR: 80 + who * 7 + hour,
        Resp: 16 + (hour % 4),
        O2Sat: 97 - (hour % 3),
        SBP: 122 - hour,
        Temp: hour % 4 === 0 ? 36.8 : '',
        Lactate: hour % 3 === 0 ? 1.3 + hour / 10 : '',
        Age: 61 + who,
        Gender: who,
        HospAdmTime: -12.5,
        ICULOS: hour + 1,
        SepsisLabel: who === 1 && hour > 7 ? 1 : 0,
      };
      return NAMES.map((name) => cells[name] ?? '').join(',');
    }),
  );
  return `${[NAMES.join(','), ...rows].join('\n')}\n`;
}

function exported(name: string): string {
  const path = join(folder, name);
  writeNpz(path, sepsisTables(folder));
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

describe('tensors of sepsis-6h', () => {
  it('are the same file to the byte whenever they are written: a model card can name their hash', () => {
    writeFileSync(join(folder, 'vitals_hourly.csv.gz'), gzipSync(csv()));
    const first = exported('first.npz');
    expect(exported('second.npz')).toBe(first);
    // Moves with every change of a column, an order or a number: then the tensors of the card are others, and the card says so.
    expect(first).toBe('9dfb0799bfeeaca22a5df8b394e27bb53757f1f0639b392fbf9214febcedc457');
  });
});
