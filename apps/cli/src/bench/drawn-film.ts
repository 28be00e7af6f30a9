import type { ImageValue } from '@concord/core/clinical';
import { chestPhantom, PHANTOM_BITS, type PhantomFinding } from '@concord/generator';
import { prepareChest } from '@concord/modalities/chest-imaging';

interface FilmWish {
  readonly seed: number;
  readonly findings: readonly PhantomFinding[];
  /** (0008,2111) of the file, where what is measured reads it. */
  readonly derivationNote?: string;
}

/** A drawn film as the timeline holds it: prepared for the encoder, without a file behind it. */
export function drawnFilm({ seed, findings, derivationNote }: FilmWish): ImageValue {
  const { columns, rows, grey } = chestPhantom({ seed, findings, size: 256 });
  const { crop, grey: prepared } = prepareChest({ columns, rows, grey: Uint8Array.from(grey, (value) => value >> (PHANTOM_BITS - 8)) });
  return {
    header: {
      studyInstanceUid: '2.25.1',
      seriesInstanceUid: '2.25.2',
      sopInstanceUid: '2.25.3',
      transferSyntaxUid: '1.2.840.10008.1.2.1',
      modality: 'DX',
      rows,
      columns,
      frames: 1,
      samplesPerPixel: 1,
      photometricInterpretation: 'MONOCHROME2',
      bitsAllocated: 16,
      bitsStored: PHANTOM_BITS,
      pixelRepresentation: 0,
      imageType: ['DERIVED', 'SECONDARY'],
      ...(derivationNote === undefined ? {} : { derivationNote }),
    },
    derived: { preparation: 1, crop, view: 'PA', likeness: 0.7, spread: 120 },
    prepared,
  };
}
