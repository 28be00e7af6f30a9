import { news2ToWire, type Timeline, type WireEvidence } from '@concord/contracts';
import type { PatientId, RiskTaskId } from '@concord/core/clinical';
import { days, hours, minus, toIso, type Instant } from '@concord/core/kernel';
import type { AccessScope, DeviceClock, ReportRecord } from '@concord/core/ports';
import { cautionOf } from '@concord/modalities/chest-imaging';
import { LANE_CODES, lanesOf } from './lanes.ts';
import { historyOf } from './patient-page.ts';
import { wireAssessment } from './patient-row.ts';
import { MAIN_TASK } from './questions.ts';
import { NEWEST_CODES, news2Now } from './vital-signs.ts';

/** As many steps as a wide screen can tell apart; a step is never shorter than a minute. */
const STEPS = 288;

/** Everything on one time axis, or undefined when there is no such patient for this reader. */
export async function timelineOf(scope: AccessScope, patientId: PatientId, span: number): Promise<Timeline | undefined> {
  const patient = await scope.patients.read(patientId);
  if (patient === undefined) return undefined;
  const to = scope.now;
  const from = minus(to, hours(span));
  const stepMs = Math.max(60_000, Math.ceil(hours(span) / STEPS));
  const newest = await scope.observations.newest(patientId, NEWEST_CODES);
  const points = await scope.observations.window(patientId, LANE_CODES, from, to, stepMs);
  // Of a device whose readings this reader does not see the name is none of theirs either.
  const shown = new Set(points.map(({ device }) => device));
  const clocks = (await scope.observations.clocks(patientId, to)).filter(({ device }) => shown.has(device));
  const scores = await historyOf(scope, patientId, from);
  return {
    patientId,
    from: toIso(from),
    to: toIso(to),
    stepMs,
    lanes: lanesOf(points, newest, news2ToWire(news2Now(patient, newest, to))),
    reports: await reportsOf(scope, patientId),
    images: await imagesOf(scope, patientId, to),
    clocks: clocks.map(clockOf),
    scores: scores.map(({ id, asOf, probability, reason }) => ({ id, asOf: toIso(asOf), probability, reason })),
  };
}

function clockOf({ device, reading }: DeviceClock): Timeline['clocks'][number] {
  if (reading === undefined) return { device, state: 'unknown', aheadSeconds: null, uncertaintySeconds: null };
  const seconds = (ms: number): number => Math.round(ms / 1000);
  return { device, state: reading.wrong ? 'corrected' : 'right', aheadSeconds: seconds(reading.offsetMs), uncertaintySeconds: seconds(reading.uncertaintyMs) };
}

/** Reports stay valid for days: the axis names those of the last month, newest first. */
async function reportsOf(scope: AccessScope, patientId: PatientId): Promise<Timeline['reports']> {
  const reports = await scope.reports.search({ patientId, from: minus(scope.now, days(30)) }, { count: 50 });
  const used = await usedReports(scope, patientId);
  return [...reports.items]
    .sort((a, b) => b.issued - a.issued)
    .map((report) => ({
      reportId: report.id,
      version: report.version,
      status: report.status,
      title: titleOf(report),
      issued: toIso(report.issued),
      availableAt: toIso(report.availableAt),
      used: used.has(`${report.id}/${report.version}`),
    }));
}

export function titleOf(report: ReportRecord): string {
  return report.title ?? report.code.display ?? 'Radiology report';
}

/** Reports that the newest score points into. */
async function usedReports(scope: AccessScope, patientId: PatientId): Promise<ReadonlySet<string>> {
  const [newest] = await scope.assessments.list({ patientId, task: MAIN_TASK as RiskTaskId, limit: 1 });
  const evidence: readonly WireEvidence[] = newest === undefined ? [] : wireAssessment(newest, scope.decision.obligations).evidence;
  return new Set(evidence.flatMap((item) => (item.kind === 'report-span' ? [`${item.pointer.reportId}/${item.pointer.version}`] : [])));
}

async function imagesOf(scope: AccessScope, patientId: PatientId, to: Instant): Promise<Timeline['images']> {
  const studies = await scope.imaging.studies({ patientId, from: minus(to, days(30)) }, { count: 20 });
  const images: Timeline['images'] = [];
  for (const { studyInstanceUid } of studies.items) {
    for (const { header, effectiveAt, unusedReason, derived } of await scope.imaging.instances({ studyInstanceUid })) {
      images.push({
        studyInstanceUid: header.studyInstanceUid,
        seriesInstanceUid: header.seriesInstanceUid,
        sopInstanceUid: header.sopInstanceUid,
        modality: header.modality,
        viewPosition: header.viewPosition ?? null,
        at: toIso(effectiveAt),
        rows: header.rows,
        columns: header.columns,
        unusedReason: unusedReason ?? null,
        caution: cautionOf(derived) ?? null,
      });
    }
  }
  return images.sort((a, b) => (a.at < b.at ? 1 : -1));
}
