import type { ImageValue, ModalityKind, PatientId, ReceivedImage, Sha256 } from '@concord/core/clinical';
import { minutes, plus } from '@concord/core/kernel';
import type { NewImageInstance } from '@concord/core/ports';
import type { DemoImage } from '@concord/generator';
import type { DicomReader } from '@concord/interop/dicom';
import { modalities } from '@concord/modalities/registry';
import { admit } from '@concord/pipeline/ingest';
import { DEMO_SOURCE } from './requests.ts';

/** From the exposure to the archive. */
const UNTIL_STORED = minutes(8);

export interface FilmPlace {
  readonly subject: PatientId;
  readonly blob: Sha256;
  readonly zone: string;
  readonly image: DemoImage;
}

/** The file read back by the door's own reader, and what the image modality made of it. @throws when the door would refuse it. */
export async function filmRecord(bytes: Uint8Array, place: FilmPlace, reader: DicomReader): Promise<NewImageInstance> {
  const read = await reader.read(bytes, place.zone);
  if (!read.ok) throw new Error(`the generator made a file that is refused: ${read.error.kind}`);
  const { header, sopClassUid, dicomJson, pixels, unusedReason, labels } = read.value;
  const seen = { header, sopClassUid, ...(pixels && { pixels }), ...(unusedReason && { unusedReason }) };
  const { modality, value } = observed(arrival(place, seen));
  return {
    ...seen,
    ...labels,
    patientId: place.subject,
    dicomJson,
    effectiveAt: place.image.takenAt,
    availableAt: plus(place.image.takenAt, UNTIL_STORED),
    modality,
    derived: value?.derived ?? null,
    sourceId: DEMO_SOURCE,
    blob: place.blob,
    byteLength: bytes.length,
    ...(value?.prepared && { prepared: value.prepared }),
    ...(value?.unusedReason && { unusedReason: value.unusedReason }),
  };
}

function arrival({ subject, blob, image }: FilmPlace, seen: Pick<ReceivedImage, 'header' | 'sopClassUid' | 'pixels' | 'unusedReason'>): ReceivedImage {
  return { kind: 'image', sourceId: DEMO_SOURCE, subject, blob, effectiveAt: image.takenAt, receivedAt: plus(image.takenAt, UNTIL_STORED), ...seen };
}

function observed(received: ReceivedImage): { readonly modality: ModalityKind | undefined; readonly value: ImageValue | undefined } {
  const admitted = admit(received, modalities);
  if (!admitted.ok) throw new Error(`the generator made a film that is refused: ${admitted.error.kind}`);
  return { modality: admitted.value.modality, value: admitted.value.observations.map(({ value }) => value).find(isImageValue) };
}

function isImageValue(value: unknown): value is ImageValue {
  return typeof value === 'object' && value !== null && 'header' in value && 'derived' in value;
}
