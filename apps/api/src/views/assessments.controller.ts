import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { WireAssessment } from '@concord/contracts';
import { isUuid, type AssessmentId } from '@concord/core/clinical';
import { callerOf } from '../edge/caller.ts';
import { notFound } from '../edge/failure.ts';
import { aboutResource, Gate } from '../edge/gate.ts';
import { Needs } from '../edge/permission.ts';
import { wireAssessment } from './patient-row.ts';
import { readQuery } from './questions.ts';

/** One stored assessment; what is shown is what was stored. */
@Controller('api/v1/assessments')
export class AssessmentsController {
  readonly #gate: Gate;

  constructor(@Inject(Gate) gate: Gate) {
    this.#gate = gate;
  }

  @Get(':id')
  @Needs('read', 'RiskAssessment')
  read(@Req() request: FastifyRequest, @Param('id') id: string): Promise<WireAssessment> {
    readQuery(request, {});
    if (!isUuid(id)) throw notFound();
    return this.#gate.find(callerOf(request), aboutResource(`RiskAssessment/${id}`), async (scope) => {
      const stored = await scope.assessments.read(id as AssessmentId);
      if (stored === undefined) return undefined;
      scope.audit.note({ objects: [`RiskAssessment/${stored.id}`], detail: { assessment: stored.id, bundle: stored.assessment.bundle } });
      return wireAssessment(stored, scope.decision.obligations);
    });
  }
}
