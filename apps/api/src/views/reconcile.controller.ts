import { Controller, Get, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ReconcileList } from '@concord/contracts';
import { toIso } from '@concord/core/kernel';
import { callerOf } from '../edge/caller.ts';
import { aboutSearch, Gate } from '../edge/gate.ts';
import { Needs } from '../edge/permission.ts';
import { readQuery } from './questions.ts';

/** What could not be matched to a patient and waits for a person. It is never scored. */
@Controller('api/v1/reconcile')
export class ReconcileController {
  readonly #gate: Gate;

  constructor(@Inject(Gate) gate: Gate) {
    this.#gate = gate;
  }

  @Get()
  @Needs('search', 'ReconcileItem')
  list(@Req() request: FastifyRequest): Promise<ReconcileList> {
    const { after } = readQuery(request, { after: z.string().max(200).optional() });
    return this.#gate.open(callerOf(request), aboutSearch(''), async (scope) => {
      const page = await scope.reconcile.list({ count: 50, ...(after === undefined ? {} : { after }) });
      return {
        total: page.total,
        next: page.next ?? null,
        items: page.items.map((item) => ({
          id: item.id,
          source: item.sourceId,
          receivedAt: toIso(item.receivedAt),
          reason: item.reason,
          door: item.door,
          state: item.state,
        })),
      };
    });
  }
}
