import { Body, Controller, Get, HttpCode, Inject, Module, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { concordanceToWire, reviewSchema, type DiscordanceList, type Review } from '@concord/contracts';
import { isUuid } from '@concord/core/clinical';
import { toIso } from '@concord/core/kernel';
import type { AccessScope } from '@concord/core/ports';
import type { Config } from '../config.ts';
import type { RawBody } from '../edge/body.ts';
import { callerOf } from '../edge/caller.ts';
import { notFound } from '../edge/failure.ts';
import { aboutResource, aboutSearch, Gate } from '../edge/gate.ts';
import { readJsonBody } from '../edge/json-body.ts';
import { Needs } from '../edge/permission.ts';
import { CONFIG, SERVED_BUNDLE } from '../edge/tokens.ts';
import { bannersOf } from '../views/banner.ts';
import { readQuery } from '../views/questions.ts';
import type { ServedBundle } from '../views/session.controller.ts';
import { readFigures } from './measured.ts';

/** More than a person reads in a day; the newest come first. */
const QUEUE_MAX = 100;

/** Where report and film contradict each other: a list for a second look, and how it ended. */
@Controller('api/v1/discordances')
export class DiscordanceController {
  readonly #gate: Gate;

  readonly #config: Config;
  readonly #bundle: ServedBundle;

  constructor(@Inject(Gate) gate: Gate, @Inject(CONFIG) config: Config, @Inject(SERVED_BUNDLE) bundle: ServedBundle) {
    this.#gate = gate;
    this.#config = config;
    this.#bundle = bundle;
  }

  @Get()
  @Needs('search', 'Discordance')
  async list(@Req() request: FastifyRequest): Promise<DiscordanceList> {
    readQuery(request, {});
    const queue = await this.#gate.open(callerOf(request), aboutSearch(''), queueOf);
    const bundle = await this.#bundle();
    return { ...queue, bundle, measured: await readFigures(this.#config.modelsDir, bundle) };
  }

  @Post(':id/review')
  @HttpCode(200)
  @Needs('update', 'Discordance')
  async review(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: RawBody): Promise<Review> {
    readQuery(request, {});
    if (!isUuid(id)) throw notFound();
    const { outcome } = readJsonBody(request, body, reviewSchema);
    const done = await this.#gate.open(callerOf(request), aboutResource(`Discordance/${id}`), async (scope) => {
      const stored = await scope.concordances.review(id, outcome);
      scope.audit.note({ objects: [`Discordance/${id}`], detail: { verb: 'review', outcome, stored } });
      return stored;
    });
    if (!done) throw notFound();
    return { outcome };
  }
}

async function queueOf(scope: AccessScope): Promise<Pick<DiscordanceList, 'generatedAt' | 'items'>> {
  const entries = await scope.concordances.queue(QUEUE_MAX);
  const banner = await bannersOf(scope);
  const items: DiscordanceList['items'] = [];
  for (const { stored, patient } of entries) {
    const shown = await banner(patient);
    const concordance = concordanceToWire(stored, scope.decision.obligations);
    if (concordance.findings.every(({ verdict }) => verdict !== 'disagree')) continue;
    items.push({ banner: shown, concordance });
  }
  return { generatedAt: toIso(scope.now), items };
}

/** The second look. */
@Module({ controllers: [DiscordanceController] })
export class DiscordanceModule {}
