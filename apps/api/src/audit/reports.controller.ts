import { Body, Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sha256 } from '@concord/adapters/crypto';
import type { PatientId } from '@concord/core/clinical';
import { days, minus, toIso, type Instant } from '@concord/core/kernel';
import type { AccessScope, AuditRow, Clock } from '@concord/core/ports';
import {
  accessCsv,
  accessHtml,
  accessLine,
  ACCOUNTING_YEARS,
  accountingCsv,
  accountingHtml,
  accountOf,
  accountToPatient,
  duePurposes,
  PAPER_STYLE,
  toldToPatient,
  type Accesses,
  type Known,
  type PaperHead,
} from '@concord/governance/audit';
import type { RawBody } from '../edge/body.ts';
import { callerOf, type Caller } from '../edge/caller.ts';
import { failure } from '../edge/failure.ts';
import { aboutPatient, Gate } from '../edge/gate.ts';
import { Needs } from '../edge/permission.ts';
import { CLOCK } from '../edge/tokens.ts';
import { instantParameter, patientIdOf, readQuery } from '../views/questions.ts';
import { allRows, MOST_ROWS } from './all-rows.ts';
import { readDisclosure, readSuspension } from './disclosure-body.ts';

const parameters = {
  from: instantParameter.optional(),
  to: instantParameter.optional(),
  format: z.enum(['json', 'html', 'csv']).default('json'),
};

interface Asked {
  readonly patientId: PatientId;
  readonly from: Instant;
  readonly to: Instant;
  readonly format: 'json' | 'html' | 'csv';
}

interface Found<T> {
  readonly asked: Asked;
  readonly caller: Caller;
  readonly known: T;
  /** The patient asks about themselves. */
  readonly isOwn: boolean;
}

/** What the record holds for a paper; `count` events stand behind it. Undefined when they are too many for one answer. */
type Gathered<T> = { readonly rows: T; readonly count: number } | undefined;
type Gather<T> = (scope: AccessScope, asked: Asked) => Promise<Gathered<T>>;

/** The browser runs no script here and takes no style but the paper's own. */
const PAPER_POLICY = `default-src 'none'; style-src 'sha256-${Buffer.from(sha256(Buffer.from(PAPER_STYLE)), 'hex').toString('base64')}'; frame-ancestors 'none'; base-uri 'none'`;

/**
 * Who looked at a patient, and to whom something was given: for the patient, and for the privacy officer. Papers (HTML, CSV) are
 * handed out, so whoever makes them, they hold what the patient may be told; the officer's JSON holds all of it.
 */
@Controller('api/v1/patients')
export class ReportsController {
  readonly #gate: Gate;
  readonly #clock: Clock;

  constructor(@Inject(Gate) gate: Gate, @Inject(CLOCK) clock: Clock) {
    this.#gate = gate;
    this.#clock = clock;
  }

  @Get(':id/access-report')
  @Needs('read', 'AccessReport')
  async accesses(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): Promise<void> {
    const { asked, caller, known, isOwn } = await this.#find(request, id, accessesOf);
    const told = toldToPatient(known).map(accessLine);
    const lines = isOwn ? told : known.recorded.map(accessLine);
    await send(reply, asked.format, {
      json: () => ({ ...period(asked), lines: lines.map((line) => ({ ...line, at: toIso(line.at) })) }),
      html: () => accessHtml(headOf(asked, known.now, caller), told),
      csv: () => accessCsv(told),
    });
  }

  @Get(':id/disclosures')
  @Needs('read', 'AccessReport')
  async disclosures(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): Promise<void> {
    const { asked, caller, known, isOwn } = await this.#find(request, id, accountOfRecord);
    const told = accountToPatient(known);
    const { exempt, suspended } = isOwn ? { ...told, suspended: null } : accountOf(known);
    const entries = told.entries.map((entry) => ({ ...entry, at: toIso(entry.at), lastAt: toIso(entry.lastAt) }));
    await send(reply, asked.format, {
      json: () => ({ ...period(asked), entries, exempt, suspended }),
      html: () => accountingHtml(headOf(asked, known.now, caller), told),
      csv: () => accountingCsv(told),
    });
  }

  /** Something was given to somebody outside: the officer writes it down, and it stands in the record like every access. */
  @Post(':id/disclosures')
  @Needs('create', 'AuditEvent')
  async disclose(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string, @Body() body: RawBody): Promise<void> {
    const { recipient, ...detail } = readDisclosure(request, body, this.#clock.now());
    await this.#note(request, id, (scope) => {
      scope.audit.note({ kind: 'disclosure', recipient, detail });
    });
    await reply.code(201).send({ recorded: true });
  }

  /** An agency asked that the patient be told nothing of disclosures to it for a time (164.528(a)(2)). */
  @Post(':id/disclosure-suspensions')
  @Needs('create', 'AuditEvent')
  async suspend(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string, @Body() body: RawBody): Promise<void> {
    const { recipient, ...detail } = readSuspension(request, body, this.#clock.now());
    await this.#note(request, id, (scope) => {
      scope.audit.note({ kind: 'suspension', recipient, detail });
    });
    await reply.code(201).send({ recorded: true });
  }

  async #note(request: FastifyRequest, id: string, note: (scope: AccessScope) => void): Promise<void> {
    const patientId = patientIdOf(id);
    readQuery(request, {});
    await this.#gate.find(callerOf(request), aboutPatient(patientId), async (scope) => {
      if (!(await scope.audit.knows(patientId))) return undefined;
      note(scope);
      return true;
    });
  }

  async #find<T extends object>(
    request: FastifyRequest,
    id: string,
    gather: Gather<T>,
  ): Promise<Found<T & { readonly statements: readonly AuditRow[] } & Times>> {
    const patientId = patientIdOf(id);
    const given = readQuery(request, parameters);
    const now = this.#clock.now();
    const asked = { patientId, from: given.from ?? minus(now, days(ACCOUNTING_YEARS * 366)), to: given.to ?? now, format: given.format };
    const caller = callerOf(request);
    const found = await this.#gate.find(caller, aboutPatient(patientId), async (scope) => {
      if (!(await scope.audit.knows(patientId))) return undefined;
      const gathered = await gather(scope, asked);
      const statements = await allRows(scope, { patientId, kinds: ['disclosure', 'suspension'] });
      scope.audit.note({
        ...(asked.format === 'json' ? {} : { kind: 'export' as const }),
        detail: { count: gathered?.count ?? 0, format: asked.format },
      });
      return gathered && statements
        ? { rows: gathered.rows, statements: statements.items, isOwn: scope.decision.relationship === 'own-record' }
        : ('too-many' as const);
    });
    if (found === 'too-many') throw failure(422, `More than ${MOST_ROWS} events: narrow the time with from and to.`);
    const { isOwn, rows, statements } = found;
    return { asked, caller, isOwn, known: { ...rows, statements, from: asked.from, to: asked.to, now } };
  }
}

/** The moments of a paper. */
type Times = Pick<Known, 'from' | 'to' | 'now'>;

/** Every access is a line. */
async function accessesOf(scope: AccessScope, { patientId, from, to }: Asked): Promise<Gathered<Pick<Accesses, 'recorded'>>> {
  const found = await allRows(scope, { patientId, from, to });
  return found && { rows: { recorded: found.items }, count: found.items.length };
}

/** Hardly any access is a disclosure: the rest is counted, so that six years of a long illness are one answer. */
async function accountOfRecord(scope: AccessScope, { patientId, from, to }: Asked): Promise<Gathered<Pick<Known, 'tallies' | 'due'>>> {
  const tallies = await scope.audit.tally({ patientId, from, to });
  const due: AuditRow[] = [];
  for (const purpose of duePurposes(tallies)) {
    const found = await allRows(scope, { patientId, from, to, purpose, outcome: 0 });
    if (found === undefined) return undefined;
    due.push(...found.items);
  }
  return { rows: { tallies, due }, count: tallies.reduce((sum, { times }) => sum + times, 0) };
}

function headOf({ patientId, from, to }: Asked, madeAt: Instant, { actor }: Caller): PaperHead {
  return { patient: patientId, from, to, madeAt, madeFor: actor.roles.includes('patient') ? 'the patient' : actor.displayName };
}

const period = ({ patientId, from, to }: Asked) => ({ patient: patientId, from: toIso(from), to: toIso(to) });

interface Forms {
  json(): object;
  html(): string;
  csv(): string;
}

async function send(reply: FastifyReply, format: keyof Forms, forms: Forms): Promise<void> {
  if (format === 'json') await reply.type('application/json; charset=utf-8').send(JSON.stringify(forms.json()));
  else if (format === 'csv') await reply.type('text/csv; charset=utf-8').header('content-disposition', 'attachment; filename="report.csv"').send(forms.csv());
  else await reply.type('text/html; charset=utf-8').header('content-security-policy', PAPER_POLICY).send(forms.html());
}
