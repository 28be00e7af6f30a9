import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDicomReader } from '@concord/adapters/codecs';
import { sha256 } from '@concord/adapters/crypto';
import type { ImageValue } from '@concord/core/clinical';
import { splitOf, type Split } from '@concord/governance/models';
import type { DicomReader } from '@concord/interop/dicom';
import { chestImaging, PREPARED_SIDE } from '@concord/modalities/chest-imaging';
import { receivedFilm } from './nih-film.ts';
import type { NpzArray } from './npz.ts';

const SPLITS: readonly Split[] = ['train', 'calibration', 'validation'];
/** Columns after the first, which says whether there is any finding. */
const FINDINGS = ['Pneumonia', 'Infiltration', 'Consolidation', 'Effusion', 'Edema', 'Atelectasis', 'Cardiomegaly'];

interface Film {
  readonly file: string;
  readonly findings: readonly string[];
  readonly patientId: string;
  readonly ageYears: number;
  readonly view: 'PA' | 'AP';
}

/**
 * Films of the NIH folder, each wrapped as a Secondary Capture and taken through the whole path of a DICOM file. A film that
 * the image modality does not accept is left out.
 * @returns `grey` [n, 128, 128], `findings` [n, 8] (any, then by name), `pa`, `age`, `patient`, `row` (of the file's name), `split` [n].
 */
export async function filmTensors(folder: string): Promise<readonly NpzArray[]> {
  const reader = openDicomReader();
  const kept: { readonly film: Film; readonly grey: Uint8Array }[] = [];
  try {
    for (const [index, film] of filmsOf(readFileSync(join(folder, 'labels.csv'), 'utf8')).entries()) {
      const grey = await prepared(readFileSync(join(folder, 'images', film.file)), { film, row: index + 1, reader });
      if (grey !== undefined) kept.push({ film, grey });
    }
  } finally {
    await reader.close();
  }
  const side = PREPARED_SIDE * PREPARED_SIDE;
  const grey = new Uint8Array(kept.length * side);
  kept.forEach((each, index) => {
    grey.set(each.grey, index * side);
  });
  const column = (name: string, of: (film: Film) => number): NpzArray => ({ name, shape: [kept.length], data: Int32Array.from(kept, ({ film }) => of(film)) });
  return [
    { name: 'grey', shape: [kept.length, PREPARED_SIDE, PREPARED_SIDE], data: grey },
    { name: 'findings', shape: [kept.length, 1 + FINDINGS.length], data: Uint8Array.from(kept.flatMap(({ film }) => labelsOf(film))) },
    column('pa', ({ view }) => Number(view === 'PA')),
    column('age', ({ ageYears }) => ageYears),
    column('patient', ({ patientId }) => Number(patientId)),
    column('row', ({ file }) => rowOf(file)),
    column('split', ({ patientId }) => SPLITS.indexOf(splitOf(patientId, sha256))),
  ];
}

function filmsOf(csv: string): readonly Film[] {
  const [head = '', ...lines] = csv.trim().split('\n');
  const columns = head.trim().split(',');
  return lines.map((line) => {
    const cells = line.trim().split(',');
    const of = (name: string): string => cells[columns.indexOf(name)] ?? '';
    return {
      file: of('file'),
      findings: of('finding_labels').split('|'),
      patientId: of('patient_id'),
      ageYears: Number(of('age')),
      view: of('view') === 'PA' ? 'PA' : 'AP',
    };
  });
}

async function prepared(
  bytes: Uint8Array,
  { film, row, reader }: { readonly film: Film; readonly row: number; readonly reader: DicomReader },
): Promise<Uint8Array | undefined> {
  const received = await receivedFilm({ bytes, patientId: film.patientId, view: film.view, row }, reader);
  const observed = received && chestImaging.observe(received);
  const value: ImageValue | undefined = observed?.ok === true ? observed.value[0]?.value : undefined;
  return value?.prepared;
}

/** 28 bits of the hash of the file's name: predictions are stored under it. */
function rowOf(file: string): number {
  return Number.parseInt(sha256(Uint8Array.from(file, (character) => character.charCodeAt(0))).slice(0, 7), 16);
}

function labelsOf({ findings }: Film): readonly number[] {
  return [Number(!findings.includes('No Finding')), ...FINDINGS.map((name) => Number(findings.includes(name)))];
}
