import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDicomReader } from '@concord/adapters/codecs';
import { sha256 } from '@concord/adapters/crypto';
import type { ReceivedImage } from '@concord/core/clinical';
import { splitOf } from '@concord/governance/models';
import { readTable } from '@concord/pipeline/evaluate';
import { folderFiles } from '../evaluate/folder-files.ts';
import { receivedFilm } from '../lab/nih-film.ts';
import { UsageError } from '../verb.ts';
import type { Picture } from './film-changes.ts';

export const LABELS = 'labels.csv';

/** A film that the DICOM door could read. */
export interface Film extends ReceivedImage {
  readonly pixels: Picture;
}

/** Films of a folder in the form of the NIH subset whose patients were set aside, as the DICOM door hands them on. */
export async function validationFilms(folder: string): Promise<{ readonly films: readonly Film[]; readonly patients: number }> {
  const table = await readTable(folderFiles(folder), LABELS);
  if (!table.ok) throw new UsageError(`${LABELS} cannot be read there.`);
  const own = table.value.map(({ cells }) => cells).filter(({ patient_id: patientId = '' }) => splitOf(patientId, sha256) === 'validation');
  const reader = openDicomReader();
  const films: Film[] = [];
  try {
    for (const [at, { patient_id: patientId = '', view: told, file = '' }] of own.entries()) {
      const view = told === 'PA' ? 'PA' : 'AP';
      const bytes = readFileSync(join(folder, 'images', file));
      const film = await receivedFilm({ bytes, patientId, view, row: at + 1 }, reader);
      if (film?.pixels !== undefined) films.push({ ...film, pixels: film.pixels });
    }
  } finally {
    await reader.close();
  }
  return { films, patients: new Set(own.map(({ patient_id: patientId }) => patientId)).size };
}
