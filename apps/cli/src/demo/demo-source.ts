import type { Instant } from '@concord/core/kernel';
import {
  chestPhantom,
  demoCast,
  demoReadings,
  phantomDicom,
  type DemoImage,
  type DemoPatient,
  type FilmLabels,
  type GeneratedReading,
} from '@concord/generator';
import type { DemoClock } from './anchor.ts';

/** Where the demo's patients come from: the repository's own generator, or a folder of open sets. */
export interface DemoSource {
  /** Shown on every page of the patient: drawn by the generator, or assembled from real parts of different people. */
  readonly kind: 'synthetic' | 'assembled';
  cast(clock: DemoClock): readonly DemoPatient[];
  /** Signs with `from` < time ≤ `to`. What one span yields does not depend on how it is cut. */
  readings(patient: DemoPatient, from: Instant, to: Instant): readonly GeneratedReading[];
  /** The film as a DICOM file. */
  film(patient: DemoPatient, image: DemoImage): Promise<Uint8Array>;
}

/** Patients of the generator: a clone needs nothing else. */
export const GENERATED: DemoSource = {
  kind: 'synthetic',
  cast: demoCast,
  readings: demoReadings,
  film: (patient, image) => Promise.resolve(phantomDicom(chestPhantom({ seed: image.seed, findings: image.findings }), labelsOf(patient, image)).bytes),
};

/** What stands in the header of a demo film, whoever made its pixels. */
export function labelsOf(patient: DemoPatient, image: DemoImage): FilmLabels {
  return {
    seed: image.seed,
    ...(image.studySeed !== undefined && { studySeed: image.studySeed }),
    patientId: patient.mrn,
    patientName: `${patient.family}^${patient.given.join(' ')}`,
    takenAt: image.takenAt,
    viewPosition: 'AP',
    studyDescription: 'Chest, portable',
    accession: image.accession,
  };
}
