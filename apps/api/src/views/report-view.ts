import type { ReportView } from '@concord/contracts';
import type { PatientId, ReportId } from '@concord/core/clinical';
import { toIso } from '@concord/core/kernel';
import type { AccessScope, ReportRecord } from '@concord/core/ports';
import { derivedReportSchema } from '@concord/modalities/radiology-report';
import { titleOf } from './timeline.ts';

/** A report with what was read in it, or undefined when this patient has no such report or version. */
export async function reportView(scope: AccessScope, patientId: PatientId, id: string, version: number | undefined): Promise<ReportView | undefined> {
  const report = await scope.reports.read(id as ReportId, version);
  if (report?.patientId !== patientId) return undefined;
  const derived = derivedReportSchema.safeParse(report.derived);
  const { sections, sentences, assertions } = derived.success ? derived.data : { sections: [], sentences: [], assertions: [] };
  return {
    reportId: report.id,
    version: report.version,
    status: report.status,
    title: titleOf(report),
    issued: toIso(report.issued),
    text: report.text,
    sections: sections.map(({ title, start, end }) => ({ name: title, start, end })),
    sentences: sentences.map(({ start, end, section }) => ({ start, end, section })),
    assertions: assertions.map(({ start, end, finding, assertion }) => ({ start, end, finding, assertion })),
    versions: await versionsOf(scope, report),
  };
}

async function versionsOf(scope: AccessScope, report: ReportRecord): Promise<ReportView['versions']> {
  const newest = (await scope.reports.read(report.id)) ?? report;
  const versions: ReportView['versions'] = [];
  for (let version = 1; version <= newest.version; version += 1) {
    const one = version === report.version ? report : await scope.reports.read(report.id, version);
    if (one !== undefined) versions.push({ version: one.version, status: one.status, availableAt: toIso(one.availableAt) });
  }
  return versions;
}
