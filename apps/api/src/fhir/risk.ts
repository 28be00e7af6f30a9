import { tierOf, type Evidence, type ModalityKind, type PatientId } from '@concord/core/clinical';
import { instant, minutes, type Instant } from '@concord/core/kernel';
import type { AccessScope, EncounterRecord, ObservationRecord, StoredAssessment, StudyRecord } from '@concord/core/ports';
import { writeRiskAssessment } from '@concord/interop/fhir';
import { taskOf } from '@concord/tasks/registry';
import { WITHHELD } from '@concord/contracts';
import type { Shown } from './answers.ts';

/** What of a patient's record the references of a RiskAssessment lead to; read once for all of their assessments. */
interface Chart {
  readonly observations: readonly ObservationRecord[];
  readonly studies: readonly StudyRecord[];
  readonly encounters: readonly EncounterRecord[];
  readonly isDemo: boolean;
}

/** Newest first: enough to find the last sample of every window of a page. */
const OBSERVATIONS_MAX = 1_000;

/** Stored assessments as FHIR says them, each with references to the inputs that its evidence names. */
export async function writeRisks(scope: AccessScope, stored: readonly StoredAssessment[]): Promise<readonly Shown[]> {
  const records = new Map<PatientId, Chart>();
  for (const patientId of new Set(stored.map(({ assessment }) => assessment.patientId))) {
    const mine = stored.filter(({ assessment }) => assessment.patientId === patientId);
    records.set(patientId, await recordOf(scope, patientId, mine));
  }
  return stored.flatMap((one) => {
    const record = records.get(one.assessment.patientId);
    return record === undefined ? [] : [write(scope, one, record)];
  });
}

async function recordOf(scope: AccessScope, patientId: PatientId, stored: readonly StoredAssessment[]): Promise<Chart> {
  const evidence = stored.flatMap(evidenceOf);
  const windows = evidence.flatMap((item) => (item.kind === 'signal-window' ? [item.pointer] : []));
  const hasImage = evidence.some(({ kind }) => kind === 'image-region');
  const [patient, encounters] = [await scope.patients.read(patientId), await scope.encounters.search({ patientId }, { count: 100 })];
  const observations =
    windows.length === 0
      ? []
      : (
          await scope.observations.search(
            {
              patientId,
              codes: [...new Set(windows.map(({ code }) => code))],
              from: instant(Math.min(...windows.map(({ from }) => from))),
              to: instant(Math.max(...windows.map(({ to }) => to))),
            },
            { count: OBSERVATIONS_MAX },
          )
        ).items;
  const studies = hasImage ? (await scope.imaging.studies({ patientId }, { count: 100 })).items : [];
  return { observations, studies, encounters: encounters.items, isDemo: patient?.demoKind !== undefined };
}

function evidenceOf({ assessment }: StoredAssessment): readonly Evidence[] {
  return assessment.outcome.kind === 'scored' ? assessment.outcome.evidence : [];
}

function write(scope: AccessScope, stored: StoredAssessment, record: Chart): Shown {
  const { assessment } = stored;
  const task = taskOf(assessment.task);
  const evidence = spared(evidenceOf(stored), scope.decision.obligations);
  const encounterId = stayAt(record.encounters, assessment.asOf);
  const scored = assessment.outcome.kind === 'scored' ? assessment.outcome.score : undefined;
  return writeRiskAssessment(stored, {
    outcome: assessment.task.replace(/-\d+h$/, ''),
    horizon: task?.horizon ?? NO_TIME,
    basis: [...new Set(evidence.flatMap((item) => inputOf(item, record)))],
    evidence,
    isDemo: record.isDemo,
    ...(encounterId === undefined ? {} : { encounterId }),
    ...(task === undefined || scored === undefined ? {} : { tier: scored.tier ?? tierOf(scored.probability, task.thresholds) }),
  });
}

const NO_TIME = minutes(0);

function stayAt(encounters: readonly EncounterRecord[], moment: Instant): EncounterRecord['id'] | undefined {
  return encounters.find(({ stay }) => stay.status !== 'entered-in-error' && stay.start <= moment && (stay.end === undefined || stay.end >= moment))?.id;
}

/** What the reader may not see becomes one item with its sum: the number and the sum stay. */
function spared(evidence: readonly Evidence[], withhold: readonly string[]): readonly Evidence[] {
  const hidden = evidence.filter(({ modality }) => withhold.includes(modality));
  if (hidden.length === 0) return evidence;
  const sources = new Set(hidden.map(({ modality }) => modality)).size;
  const contribution = hidden.reduce((sum, item) => sum + item.contribution, 0);
  const folded: Evidence = {
    id: WITHHELD,
    modality: WITHHELD as ModalityKind,
    kind: 'joint',
    pointer: null,
    contribution,
    text: sources === 1 ? '1 source withheld' : `${sources} sources withheld`,
  };
  return [...evidence.filter(({ modality }) => !withhold.includes(modality)), folded];
}

/** The stored resource behind a reason: the report's version, the study, the newest sample of the window. */
function inputOf(item: Evidence, { observations, studies }: Chart): readonly string[] {
  if (item.kind === 'report-span') return [`DiagnosticReport/${item.pointer.reportId}/_history/${item.pointer.version}`];
  if (item.kind === 'image-region') {
    const { sopInstanceUid } = item.pointer;
    const study = studies.find(({ series }) => series.some(({ instances }) => instances.some((one) => one.sopInstanceUid === sopInstanceUid)));
    return study === undefined ? [] : [`ImagingStudy/${study.id}`];
  }
  if (item.kind === 'joint') return [];
  const { code, device, from, to } = item.pointer;
  const sample = observations.find(
    (one) => one.code === code && one.effectiveAt >= from && one.effectiveAt <= to && (device === null || one.device === device),
  );
  return sample === undefined ? [] : [`Observation/${sample.id}/_history/${sample.version}`];
}
