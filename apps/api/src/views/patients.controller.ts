import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { PatientList, PatientPage, ReportView, Timeline, WireAssessment } from '@concord/contracts';
import { isUuid } from '@concord/core/clinical';
import type { AccessScope } from '@concord/core/ports';
import { callerOf } from '../edge/caller.ts';
import { notFound } from '../edge/failure.ts';
import { aboutPatient, aboutSearch, Gate } from '../edge/gate.ts';
import { Needs } from '../edge/permission.ts';
import { bannersOf } from './banner.ts';
import { patientPage } from './patient-page.ts';
import { wireAssessment } from './patient-row.ts';
import { instantParameter, patientIdOf, readQuery, taskParameter } from './questions.ts';
import { reportView } from './report-view.ts';
import { timelineOf } from './timeline.ts';

/** Most assessments in one answer: two days of hourly scores of three horizons, and the ones between. */
const MOST_ASSESSMENTS = 200;

/** One patient as the dashboard shows them, and the list of those whom the reader may reach. */
@Controller('api/v1/patients')
export class PatientsController {
  readonly #gate: Gate;

  constructor(@Inject(Gate) gate: Gate) {
    this.#gate = gate;
  }

  @Get()
  @Needs('search', 'Patient')
  list(@Req() request: FastifyRequest): Promise<PatientList> {
    readQuery(request, {});
    return this.#gate.open(callerOf(request), aboutSearch(''), patientList);
  }

  @Get(':id')
  @Needs('read', 'Timeline')
  page(@Req() request: FastifyRequest, @Param('id') id: string): Promise<PatientPage> {
    const patientId = patientIdOf(id);
    readQuery(request, {});
    return this.#gate.find(callerOf(request), aboutPatient(patientId), (scope) => patientPage(scope, patientId));
  }

  @Get(':id/timeline')
  @Needs('read', 'Timeline')
  timeline(@Req() request: FastifyRequest, @Param('id') id: string): Promise<Timeline> {
    const patientId = patientIdOf(id);
    const { hours } = readQuery(request, { hours: z.coerce.number().int().min(1).max(168).default(24) });
    return this.#gate.find(callerOf(request), aboutPatient(patientId), (scope) => timelineOf(scope, patientId, hours));
  }

  @Get(':id/assessments')
  @Needs('read', 'RiskAssessment')
  async assessments(@Req() request: FastifyRequest, @Param('id') id: string): Promise<{ items: WireAssessment[] }> {
    const patientId = patientIdOf(id);
    const { task, asOf } = readQuery(request, { task: taskParameter.optional(), asOf: instantParameter.optional() });
    const query = { patientId, limit: MOST_ASSESSMENTS, ...(task === undefined ? {} : { task: task.id }), ...(asOf === undefined ? {} : { asOf }) };
    return this.#gate.open(callerOf(request), aboutPatient(patientId), async (scope) => {
      const found = await scope.assessments.list(query);
      scope.audit.note({ objects: found.map((stored) => `RiskAssessment/${stored.id}`) });
      return { items: found.map((stored) => wireAssessment(stored, scope.decision.obligations)) };
    });
  }

  @Get(':id/reports/:reportId')
  @Needs('read', 'DiagnosticReport')
  report(@Req() request: FastifyRequest, @Param('id') id: string, @Param('reportId') reportId: string): Promise<ReportView> {
    const patientId = patientIdOf(id);
    const { version } = readQuery(request, { version: z.coerce.number().int().min(1).max(10_000).optional() });
    if (!isUuid(reportId)) throw notFound();
    return this.#gate.find(callerOf(request), aboutPatient(patientId), (scope) => reportView(scope, patientId, reportId, version));
  }
}

async function patientList(scope: AccessScope): Promise<PatientList> {
  const patients = await scope.patients.search({}, { count: 500 });
  const banner = await bannersOf(scope);
  const items: PatientList['items'] = [];
  for (const patient of patients.items) {
    items.push(await banner(patient));
  }
  return { items, total: patients.total };
}
