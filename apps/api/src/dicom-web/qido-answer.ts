import { toIso } from '@concord/core/kernel';
import type { ImageInstanceRecord, PatientRecord, StudyRecord } from '@concord/core/ports';
import type { DicomJson, DicomJsonAttribute } from '@concord/interop/dicom';

type Values = NonNullable<DicomJsonAttribute['Value']>;

function attribute(vr: string, ...values: Values): DicomJsonAttribute {
  const present = values.filter((value) => value !== '');
  return present.length === 0 ? { vr } : { vr, Value: present };
}

/** One study, PS3.18 table 10.6.3-3. Times are in UTC and say so. */
export function studyAnswer(study: StudyRecord, patient: PatientRecord | undefined, root: string): DicomJson {
  const started = toIso(study.started);
  const instances = study.series.reduce((sum, series) => sum + series.instances.length, 0);
  return {
    '00080005': attribute('CS', 'ISO_IR 192'),
    '00080020': attribute('DA', started.slice(0, 10).replaceAll('-', '')),
    '00080030': attribute('TM', started.slice(11, 19).replaceAll(':', '')),
    '00080050': attribute('SH', study.accession ?? ''),
    '00080056': attribute('CS', 'ONLINE'),
    '00080061': attribute('CS', ...study.modalities),
    '00080090': attribute('PN'),
    '00080201': attribute('SH', '+0000'),
    '00081030': attribute('LO', study.description ?? ''),
    '00081190': attribute('UR', `${root}/studies/${study.studyInstanceUid}`),
    ...patientModule(patient),
    '0020000D': attribute('UI', study.studyInstanceUid),
    '00200010': attribute('SH'),
    '00201206': attribute('IS', study.series.length),
    '00201208': attribute('IS', instances),
  };
}

const SEX = { female: 'F', male: 'M', other: 'O', unknown: '' } as const;

/** Empty when another source keeps the patient's record. */
function patientModule(patient: PatientRecord | undefined): DicomJson {
  if (patient === undefined) return { '00100010': attribute('PN'), '00100020': attribute('LO'), '00100030': attribute('DA'), '00100040': attribute('CS') };
  const { family, given, identifiers, demographics } = patient;
  const born = demographics.birthDate ?? '';
  return {
    '00100010': attribute('PN', { Alphabetic: [family, given.join(' ')].join('^').replace(/\^$/, '') }),
    '00100020': attribute('LO', identifiers[0]?.value ?? ''),
    '00100030': attribute('DA', /^\d{4}-\d\d-\d\d$/.test(born) ? born.replaceAll('-', '') : ''),
    '00100040': attribute('CS', SEX[demographics.sex]),
  };
}

export function seriesAnswer(study: StudyRecord, series: StudyRecord['series'][number], root: string): DicomJson {
  return {
    '00080005': attribute('CS', 'ISO_IR 192'),
    '00080060': attribute('CS', series.modality),
    '0008103E': attribute('LO', series.description ?? ''),
    '00081190': attribute('UR', `${root}/studies/${study.studyInstanceUid}/series/${series.seriesInstanceUid}`),
    '0020000D': attribute('UI', study.studyInstanceUid),
    '0020000E': attribute('UI', series.seriesInstanceUid),
    '00201209': attribute('IS', series.instances.length),
  };
}

export function instanceAnswer({ header, sopClassUid, dicomJson }: ImageInstanceRecord, root: string): DicomJson {
  const { studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: sop } = header;
  const number = numberOf(dicomJson);
  return {
    '00080005': attribute('CS', 'ISO_IR 192'),
    '00080016': attribute('UI', sopClassUid),
    '00080018': attribute('UI', sop),
    '00080056': attribute('CS', 'ONLINE'),
    '00080060': attribute('CS', header.modality),
    '00081190': attribute('UR', `${root}/studies/${study}/series/${series}/instances/${sop}`),
    '0020000D': attribute('UI', study),
    '0020000E': attribute('UI', series),
    '00200013': number === undefined ? attribute('IS') : attribute('IS', number),
    '00280008': attribute('IS', header.frames),
    '00280010': attribute('US', header.rows),
    '00280011': attribute('US', header.columns),
    '00280100': attribute('US', header.bitsAllocated),
    '00083002': attribute('UI', header.transferSyntaxUid),
  };
}

/** Instance Number (0020,0013) out of the stored header. */
function numberOf(dicomJson: unknown): number | undefined {
  if (typeof dicomJson !== 'object' || dicomJson === null || !('00200013' in dicomJson)) return undefined;
  const found = dicomJson['00200013'];
  const values = typeof found === 'object' && found !== null && 'Value' in found && Array.isArray(found.Value) ? (found.Value as readonly unknown[]) : [];
  return typeof values[0] === 'number' ? values[0] : undefined;
}
