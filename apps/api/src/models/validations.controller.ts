import { Body, Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { newValidationSchema, type NewValidation, type Validation } from '@concord/contracts';
import { isUuid, type BundleId, type ModalityKind, type RiskTaskId, type WardId } from '@concord/core/clinical';
import { toIso } from '@concord/core/kernel';
import type { AccessScope, LocalValidation, ValidationFigures } from '@concord/core/ports';
import { taskOf } from '@concord/tasks/registry';
import type { Config } from '../config.ts';
import { requireMediaType, type RawBody } from '../edge/body.ts';
import { callerOf } from '../edge/caller.ts';
import { Failure, notFound } from '../edge/failure.ts';
import { aboutNobody, Gate } from '../edge/gate.ts';
import { readJsonBody } from '../edge/json-body.ts';
import { Needs } from '../edge/permission.ts';
import { CONFIG } from '../edge/tokens.ts';
import { readQuery } from '../views/questions.ts';
import { ModelShelf } from './model-shelf.ts';

/** What a site found when it checked a score on its own patients. It decides whether a score leaves the shadow there. */
@Controller('api/v1/models/validations')
export class ValidationsController {
  readonly #gate: Gate;
  readonly #shelf: ModelShelf;

  constructor(@Inject(Gate) gate: Gate, @Inject(CONFIG) config: Config) {
    this.#gate = gate;
    this.#shelf = new ModelShelf(config.modelsDir, config.dataDir);
  }

  @Post()
  @HttpCode(201)
  @Needs('update', 'ModelBundle')
  async record(@Req() request: FastifyRequest, @Body() body: RawBody): Promise<Validation> {
    requireMediaType(request, ['application/json']);
    readQuery(request, {});
    const caller = callerOf(request);
    // Who may not is told, and recorded, before their body is looked at.
    if (!caller.actor.roles.includes('steward')) await this.#gate.open(caller, aboutNobody, () => Promise.resolve());
    const figures = toFigures(readJsonBody(request, body, newValidationSchema));
    const bundles = await this.#shelf.bundles();
    const stored = await this.#gate.open(caller, aboutNobody, async (scope) => {
      const issues = [...contradictions(figures, bundles), ...(await wardIssues(scope, figures))];
      if (issues.length > 0) return { issues };
      const validation = await scope.models.recordValidation(figures);
      scope.audit.note({ objects: [`ModelBundle/${figures.bundle}`, `LocalValidation/${validation.id}`] });
      return { validation };
    });
    if (stored.validation === undefined) {
      throw new Failure(
        422,
        stored.issues.map((text) => ({ code: 'business-rule', text })),
      );
    }
    return toWireValidation(stored.validation);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Needs('update', 'ModelBundle')
  async withdraw(@Req() request: FastifyRequest, @Param('id') id: string): Promise<{ withdrawn: true }> {
    readQuery(request, {});
    if (!isUuid(id)) throw notFound();
    const done = await this.#gate.open(callerOf(request), aboutNobody, (scope) => {
      scope.audit.note({ objects: [`LocalValidation/${id}`], detail: { verb: 'withdraw' } });
      return scope.models.withdrawValidation(id);
    });
    if (!done) throw notFound();
    return { withdrawn: true };
  }
}

function toFigures({ bundle, task, pattern, ward, auroc, slope, observedExpected, ...rest }: NewValidation): ValidationFigures {
  return {
    ...rest,
    bundle: bundle as BundleId,
    task: task as RiskTaskId,
    pattern: pattern as ModalityKind[],
    wardId: ward as WardId,
    ...(auroc === undefined ? {} : { auroc }),
    ...(slope === undefined ? {} : { slope }),
    ...(observedExpected === undefined ? {} : { observedExpected }),
  };
}

/** What cannot have been found: no such bundle, question or set of inputs, or more events than patients. */
function contradictions(
  { bundle, task, pattern, patients, events }: ValidationFigures,
  bundles: Awaited<ReturnType<ModelShelf['bundles']>>,
): readonly string[] {
  const named = bundles.find(({ id }) => id === bundle);
  const head = taskOf(task)?.head;
  const calibrated = named?.calibrations.some((one) => one.head === head && one.pattern.join() === pattern.join()) ?? false;
  return [
    ...(named === undefined ? ['bundle: there is none of this name'] : []),
    ...(head === undefined ? ['task: there is none of this name'] : []),
    ...(named !== undefined && head !== undefined && !calibrated ? ['pattern: the bundle has no calibration of this task for these inputs in this order'] : []),
    ...(events > patients ? ['events: more than patients'] : []),
  ];
}

async function wardIssues(scope: AccessScope, { wardId }: ValidationFigures): Promise<readonly string[]> {
  return (await scope.worklist.wards()).some(({ id }) => id === wardId) ? [] : ['ward: there is none of this id'];
}

export function toWireValidation(validation: LocalValidation): Validation {
  const { id, bundle, task, pattern, wardId, patients, events, auroc, slope, observedExpected, note } = validation;
  return {
    id,
    bundle,
    task,
    pattern: [...pattern],
    ward: wardId,
    patients,
    events,
    ...(auroc === undefined ? {} : { auroc }),
    ...(slope === undefined ? {} : { slope }),
    ...(observedExpected === undefined ? {} : { observedExpected }),
    note,
    recordedBy: validation.recordedBy,
    recordedAt: toIso(validation.recordedAt),
    withdrawnAt: validation.withdrawnAt === undefined ? null : toIso(validation.withdrawnAt),
    withdrawnBy: validation.withdrawnBy ?? null,
  };
}
