import type { PatientId, ReceivedImage, SourceId } from '@concord/core/clinical';
import { instant } from '@concord/core/kernel';
import { sha256 } from '@concord/adapters/crypto';
import { jpegDicom } from '@concord/generator';
import type { DicomReader } from '@concord/interop/dicom';
import type { FilmFile } from '@concord/pipeline/evaluate';

const TAKEN = instant(Date.UTC(2017, 0, 1));

/** A film of the NIH folder, wrapped as a Secondary Capture and read back as the DICOM door does; undefined when the door refuses it. */
export async function receivedFilm({ bytes: jpeg, patientId, view, row }: FilmFile, reader: DicomReader): Promise<ReceivedImage | undefined> {
  const labels = { seed: row, patientId, takenAt: TAKEN, viewPosition: view } as const;
  const { bytes } = jpegDicom(jpeg, labels, { set: 'NIH ChestX-ray14', sha256: sha256(jpeg) });
  const read = await reader.read(bytes, 'UTC');
  if (!read.ok) return undefined;
  return {
    kind: 'image',
    ...read.value,
    sourceId: 'nih' as SourceId,
    subject: '00000000-0000-4000-8000-000000002017' as PatientId,
    blob: sha256(bytes),
    effectiveAt: TAKEN,
    receivedAt: TAKEN,
  };
}
