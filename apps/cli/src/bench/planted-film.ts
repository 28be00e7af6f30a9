import { createHash } from 'node:crypto';
import type { ImageValue, PatientId, Sha256, SourceId } from '@concord/core/clinical';
import { instant, seededRng, type Instant } from '@concord/core/kernel';
import { chestPhantoms, phantomDicom, type Phantom } from '@concord/generator';
import type { DicomReader } from '@concord/interop/dicom';
import { modalities } from '@concord/modalities/registry';
import { admit } from '@concord/pipeline/ingest';
import { bordered } from '../lab/borders.ts';
import { beside, drawnMass } from '../lab/lesion-tensors.ts';

/** Source pixels: left, top, width, height. */
export type SourceBox = readonly [x: number, y: number, width: number, height: number];

/** A drawn film that went through the DICOM door as any other, with a mass whose place is known. */
export interface PlantedFilm {
  readonly value: ImageValue;
  readonly truth: SourceBox;
}

const TAKEN: Instant = instant(Date.UTC(2026, 0, 15, 8));
const SIZE = 256;
/** Films of one drawn body. */
const FILMS = 8;
/** Films until `count` have passed the door; those that it keeps from the encoder are left out and counted. */
export async function* plantedFilms(count: number, seed: number, reader: DicomReader): AsyncGenerator<PlantedFilm | 'refused'> {
  let passed = 0;
  for (let body = 0; passed < count && body < count; body += 1) {
    const rng = seededRng(`planted-${seed}-${body}`);
    const films = Array.from({ length: FILMS }, () => [drawnMass(rng), ...beside(rng)]);
    for (const phantom of chestPhantoms({ seed: 5_000_000 + seed * 10_000 + body, size: SIZE, films })) {
      if (passed >= count) return;
      const film = await throughTheDoor(bordered(phantom, rng), reader);
      if (film !== 'refused') passed += 1;
      yield film;
    }
  }
}

async function throughTheDoor(phantom: Phantom, reader: DicomReader): Promise<PlantedFilm | 'refused'> {
  const truth = phantom.truth.find(({ finding }) => finding.kind === 'mass')?.box;
  const value = await asKept(phantom, reader);
  return truth === undefined || value?.prepared === undefined ? 'refused' : { value, truth };
}

/** The file written, read by the door's own reader, and what the image modality made of it. @throws when the door cannot read it. */
export async function asKept(phantom: Phantom, reader: DicomReader): Promise<ImageValue | undefined> {
  const { bytes } = phantomDicom(phantom, { seed: 1, patientId: 'planted', takenAt: TAKEN, viewPosition: 'PA' });
  const read = await reader.read(bytes, 'UTC');
  if (!read.ok) throw new Error(`the generator made a file that is refused: ${read.error.kind}`);
  const { header, sopClassUid, pixels, unusedReason } = read.value;
  const blob = createHash('sha256').update(bytes).digest('hex') as Sha256;
  const admitted = admit(
    {
      kind: 'image',
      subject: 'planted' as PatientId,
      sourceId: 'bench' as SourceId,
      blob,
      effectiveAt: TAKEN,
      receivedAt: TAKEN,
      header,
      sopClassUid,
      ...(pixels && { pixels }),
      ...(unusedReason && { unusedReason }),
    },
    modalities,
  );
  if (!admitted.ok) throw new Error(`the generator made a film that is refused: ${admitted.error.kind}`);
  return admitted.value.observations.map(({ value }) => value).find(isImage);
}

function isImage(value: unknown): value is ImageValue {
  return typeof value === 'object' && value !== null && 'header' in value && 'derived' in value;
}
