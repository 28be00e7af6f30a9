import { Body, Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { counterfactualQuestionSchema, type WireCounterfactual } from '@concord/contracts';
import { blocksFolder, BundleUnusable, readServableBundle, SessionPool } from '@concord/adapters/onnx';
import { sha256 } from '@concord/adapters/crypto';
import { isUuid, type Assessment, type AssessmentId, type PatientTimeline } from '@concord/core/clinical';
import { modalities } from '@concord/modalities/registry';
import { counterfactual, createAssess, type Counterfactual } from '@concord/pipeline/assess';
import { taskOf } from '@concord/tasks/registry';
import type { Config } from '../config.ts';
import type { RawBody } from '../edge/body.ts';
import { callerOf } from '../edge/caller.ts';
import { failure, notFound } from '../edge/failure.ts';
import { aboutResource, Gate } from '../edge/gate.ts';
import { readJsonBody } from '../edge/json-body.ts';
import { Needs } from '../edge/permission.ts';
import { CONFIG } from '../edge/tokens.ts';
import { readQuery } from './questions.ts';

/** Questions computed at a time: each starts a session thread of its own, and a ward asks one by one. */
const AT_ONCE = 2;

type Question = z.infer<typeof counterfactualQuestionSchema>;

/** "If SpO2 were 96": a stored question asked again with other readings, audited like the read that it is. */
@Controller('api/v1/assessments')
export class CounterfactualController {
  readonly #gate: Gate;
  readonly #config: Config;
  #running = 0;

  constructor(@Inject(Gate) gate: Gate, @Inject(CONFIG) config: Config) {
    this.#gate = gate;
    this.#config = config;
  }

  @Post(':id/counterfactual')
  @HttpCode(200)
  @Needs('read', 'RiskAssessment')
  async ask(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: RawBody): Promise<WireCounterfactual> {
    readQuery(request, {});
    const question = readJsonBody(request, body, counterfactualQuestionSchema);
    if (!isUuid(id)) throw notFound();
    // What is read is what the reader may read; the transaction is over before a model runs.
    const seen = await this.#gate.find(callerOf(request), aboutResource(`RiskAssessment/${id}`), async (scope) => {
      const stored = await scope.assessments.read(id as AssessmentId);
      if (stored === undefined) return undefined;
      const { assessment } = stored;
      scope.audit.note({ objects: [`RiskAssessment/${id}`], detail: { counterfactual: question.changes.map(({ code }) => code), bundle: assessment.bundle } });
      return { assessment, timeline: await scope.timelines.load(assessment.patientId, assessment.asOf, assessment.pins.revision) };
    });
    const answer = await this.#compute(seen.assessment, seen.timeline, question);
    return toWire(id, question, answer);
  }

  async #compute(stored: Assessment, timeline: PatientTimeline | undefined, { changes }: Question): Promise<Counterfactual> {
    const task = taskOf(stored.task);
    if (task === undefined) throw failure(409, 'This question is no longer asked.');
    if (this.#running >= AT_ONCE) throw failure(503, 'Other questions are being computed; ask again in a moment.');
    this.#running += 1;
    const folders = { models: this.#config.modelsDir, data: this.#config.dataDir };
    const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
    try {
      const bundle = await readServableBundle(folders, stored.bundle);
      const assess = createAssess({ plugins: modalities, bundle, runner, hash: sha256 });
      return await counterfactual(stored, { timeline, task, assess, plugins: modalities, changes });
    } catch (error) {
      throw error instanceof BundleUnusable ? failure(409, 'The model of this score is not here any more.') : error;
    } finally {
      this.#running -= 1;
      await runner.close();
    }
  }
}

function toWire(id: string, { changes }: Question, answer: Counterfactual): WireCounterfactual {
  switch (answer.kind) {
    case 'refused':
      throw failure(422, `A change is refused: ${answer.reason}.`);
    case 'not-reproduced':
      throw failure(409, 'The stored score cannot be computed again from what you may read, so nothing can be compared with it.');
    case 'answered':
      return { assessment: id, changed: changes.map(({ code }) => code), before: figures(answer.before), after: figures(answer.after) };
  }
}

function figures({ outcome }: Assessment): WireCounterfactual['before'] {
  if (outcome.kind === 'abstained') return { outcome: 'abstained', reason: outcome.abstention.reason, probability: null, interval: null, logit: null };
  const { probability, interval, logit } = outcome.score;
  return { outcome: 'scored', reason: null, probability, interval: [interval[0], interval[1]], logit };
}
