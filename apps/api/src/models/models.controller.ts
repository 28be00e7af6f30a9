import { Controller, Get, Header, HttpCode, Inject, Module, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Activation, Models } from '@concord/contracts';
import { tasks } from '@concord/tasks/registry';
import type { Config } from '../config.ts';
import { callerOf, type Caller } from '../edge/caller.ts';
import { failure, notFound } from '../edge/failure.ts';
import { aboutNobody, Gate } from '../edge/gate.ts';
import { Needs } from '../edge/permission.ts';
import { CONFIG } from '../edge/tokens.ts';
import { readQuery } from '../views/questions.ts';
import { ModelShelf } from './model-shelf.ts';
import { toWireValidation, ValidationsController } from './validations.controller.ts';

/** Bundles, their figures and cards; which one answers, and the change of it. A steward's, without patients. */
@Controller('api/v1/models')
export class ModelsController {
  readonly #gate: Gate;
  readonly #shelf: ModelShelf;

  constructor(@Inject(Gate) gate: Gate, @Inject(CONFIG) config: Config) {
    this.#gate = gate;
    this.#shelf = new ModelShelf(config.modelsDir, config.dataDir);
  }

  @Get()
  @Needs('search', 'ModelBundle')
  async list(@Req() request: FastifyRequest): Promise<Models> {
    readQuery(request, {});
    const [bundles, active] = await Promise.all([this.#shelf.bundles(), this.#shelf.active()]);
    return this.#gate.open(callerOf(request), aboutNobody, async (scope) => ({
      current: active?.current ?? null,
      previous: active?.previous ?? null,
      tasks: tasks.map(({ id, title, head }) => ({ id, title, head })),
      bundles: [...bundles],
      validations: (await scope.models.validations()).map(toWireValidation),
      wards: (await scope.worklist.wards()).map(({ id, name }) => ({ id, name })),
    }));
  }

  @Get(':id/card')
  @Header('content-type', 'text/markdown; charset=utf-8')
  @Needs('read', 'ModelBundle')
  async card(@Req() request: FastifyRequest, @Param('id') id: string): Promise<string> {
    readQuery(request, {});
    const card = await this.#gate.open(callerOf(request), aboutNobody, async (scope) => {
      scope.audit.note({ objects: [`ModelBundle/${nameOf(id)}`] });
      return this.#shelf.card(id);
    });
    if (card === undefined) throw notFound();
    return card;
  }

  // A page of its own: it may style itself, and neither load nor run anything.
  @Get(':id/report')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
  @Needs('read', 'ModelBundle')
  async report(@Req() request: FastifyRequest, @Param('id') id: string): Promise<string> {
    readQuery(request, {});
    const report = await this.#gate.open(callerOf(request), aboutNobody, async (scope) => {
      scope.audit.note({ objects: [`ModelBundle/${nameOf(id)}`] });
      return this.#shelf.report(id);
    });
    if (report === undefined) throw notFound();
    return report;
  }

  @Post('rollback')
  @HttpCode(200)
  @Needs('execute', 'ModelBundle')
  async rollback(@Req() request: FastifyRequest): Promise<Activation> {
    readQuery(request, {});
    const active = await this.#shelf.active();
    return this.#activate(callerOf(request), active?.previous ?? undefined, 'rollback');
  }

  @Post(':id/activate')
  @HttpCode(200)
  @Needs('execute', 'ModelBundle')
  async activate(@Req() request: FastifyRequest, @Param('id') id: string): Promise<Activation> {
    readQuery(request, {});
    return this.#activate(callerOf(request), (await this.#shelf.has(id)) ? id : undefined, 'activate');
  }

  /**
   * Three steps, each on the record: who asked (and whether they may), what the probe set said, and only then the change.
   * No model runs inside a transaction.
   */
  async #activate(caller: Caller, id: string | undefined, verb: 'activate' | 'rollback'): Promise<Activation> {
    const say = (detail: Readonly<Record<string, unknown>>) =>
      this.#gate.open(caller, aboutNobody, (scope) => {
        scope.audit.note({ objects: id === undefined ? [] : [`ModelBundle/${id}`], detail: { verb, ...detail } });
        return Promise.resolve();
      });
    await say({ step: 'asked' });
    if (id === undefined) throw verb === 'activate' ? notFound() : failure(409, 'There is no previous bundle to go back to.');
    const probed = await this.#shelf.probe(id).catch(() => undefined);
    if (probed?.reproduces !== true) {
      await say({ step: 'refused', maxDifference: probed?.maxDifference ?? null });
      throw failure(409, 'The bundle was not activated: its probe set does not reproduce on this machine.');
    }
    await say({ step: 'activated', maxDifference: probed.maxDifference });
    return this.#shelf.activate(id, probed.maxDifference);
  }
}

/** What was asked for, if it could be a name at all: the record never repeats free text. */
function nameOf(id: string): string {
  return /^[A-Za-z0-9.-]{1,64}$/.test(id) ? id : 'unknown';
}

/** Models and what the site found of them. */
@Module({ controllers: [ValidationsController, ModelsController] })
export class ModelsModule {}
