import type { Assessment, BundleId, ImageHeader, ModalityKind, PatientId, PixelRecipe, RiskTaskId, Sha256, SourceId } from '@concord/core/clinical';
import { probability } from '@concord/core/kernel';
import type { NewImageInstance, NewReport } from '@concord/core/ports';
import { ago, VITALS } from './stores.ts';

const source = 'integrator' as SourceId;
const blob = 'cd'.repeat(32) as Sha256;
const ISSUED = ago(30);
export const TASK = 'physiological-decline-24h' as RiskTaskId;

export function report(patientId: PatientId, text: string, more: Partial<NewReport> = {}): NewReport {
  return {
    patientId,
    modality: 'radiology-report' as ModalityKind,
    code: { system: 'http://loinc.org', code: '36643-5', display: 'XR Chest' },
    status: 'final',
    issued: ISSUED,
    effectiveAt: ISSUED,
    text,
    contentType: 'text/plain',
    derived: { sections: [] },
    identifier: { system: 'urn:ris', value: `r-${patientId}` },
    sourceId: source,
    blob,
    ...more,
  };
}

export function image(patientId: PatientId, sop: string, more: Partial<NewImageInstance> = {}): NewImageInstance {
  const header: ImageHeader = {
    studyInstanceUid: `1.2.${sop}`,
    seriesInstanceUid: `1.2.${sop}.1`,
    sopInstanceUid: `1.2.${sop}.1.1`,
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    modality: 'DX',
    rows: 2,
    columns: 2,
    frames: 1,
    samplesPerPixel: 1,
    photometricInterpretation: 'MONOCHROME2',
    bitsAllocated: 16,
    bitsStored: 12,
    pixelRepresentation: 0,
    imageType: ['ORIGINAL'],
  };
  const recipe: PixelRecipe = {
    transferSyntaxUid: header.transferSyntaxUid,
    decoder: 'native',
    modalityLut: 'none',
    voi: 'derived',
    inverted: false,
    bitsStored: 12,
    storedValuesSha256: blob,
  };
  return {
    patientId,
    modality: 'chest-imaging' as ModalityKind,
    sopClassUid: '1.2.840.10008.5.1.4.1.1.1.1',
    header,
    dicomJson: { '00080060': { vr: 'CS', Value: ['DX'] } },
    effectiveAt: ago(50),
    derived: { crop: [0, 0, 2, 2] },
    prepared: new Uint8Array([1, 2, 3, 4]),
    pixels: { columns: 2, rows: 2, grey: new Uint8Array([9, 8, 7, 6]), recipe },
    sourceId: source,
    blob,
    byteLength: 10,
    accession: 'ACC-1',
    seriesDescription: 'PA',
    instanceNumber: 1,
    ...more,
  };
}

export function assessment(patientId: PatientId, revision: number, more: Partial<Assessment> = {}): Assessment {
  return {
    patientId,
    task: TASK,
    asOf: ago(0),
    bundle: 'decline-1' as BundleId,
    outcome: {
      kind: 'scored',
      score: {
        probability: probability(0.1234),
        interval: [probability(0.05), probability(0.2)],
        logit: Math.fround(-1.23456789),
        baselineLogit: Math.fround(-2),
        calibrationId: 'cal-1',
        evidenceLevel: 'assembled',
        pattern: [VITALS],
        shapley: [{ modality: VITALS, value: 0.7654321 }],
      },
      evidence: [
        {
          id: 'e1',
          modality: VITALS,
          kind: 'signal-window',
          contribution: 0.5,
          pointer: { code: '8867-4', device: null, from: ago(60), to: ago(0) },
          text: 'Pulse 120',
        },
        { id: 'e2', modality: VITALS, kind: 'joint', contribution: 0.2654321, pointer: null, text: 'together' },
      ],
    },
    modalities: { used: [VITALS], stale: [], absent: [], withheld: [], unused: [] },
    unusedReasons: [],
    news2: { total: null, atLeast: 2, measured: 5, of: 7, band: null, singleThree: false, applies: true, parts: [] },
    pins: { revision, links: '1', clocks: '1', inputsSha256: 'aa', blockSha256: ['bb'], runtime: 'test' },
    ...more,
  };
}
