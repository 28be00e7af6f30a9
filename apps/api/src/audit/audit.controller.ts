import { Controller, Get, Header, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sha256 } from '@concord/adapters/crypto';
import type { AuditPeople } from '@concord/contracts';
import { isUuid, type PatientId } from '@concord/core/clinical';
import { toIso } from '@concord/core/kernel';
import type { AuditPerson, AuditQuery, AuditRow } from '@concord/core/ports';
import { eventsCsv, ruleWords, toAuditEvent } from '@concord/governance/audit';
import type { Config } from '../config.ts';
import { callerOf } from '../edge/caller.ts';
import { failure } from '../edge/failure.ts';
import { aboutPatient, aboutSearch, Gate } from '../edge/gate.ts';
import { Needs } from '../edge/permission.ts';
import { CONFIG } from '../edge/tokens.ts';
import { instantParameter, readQuery } from '../views/questions.ts';
import { allRows, MOST_ROWS } from './all-rows.ts';

const PAGE = 500;
const PURPOSES = ['TREAT', 'ETREAT', 'BTG', 'HPAYMT', 'HOPERAT', 'HRESCH', 'PATRQT', 'PUBHLTH', 'HSYSADMIN'] as const;

const filters = {
  patient: z.string().refine(isUuid).optional(),
  user: z.string().min(1).max(200).optional(),
  from: instantParameter.optional(),
  to: instantParameter.optional(),
  purpose: z.enum(PURPOSES).optional(),
  outcome: z.enum(['0', '4', '8', '12']).optional(),
};
const parameters = {
  ...filters,
  _count: z.coerce.number().int().min(1).max(PAGE).default(PAGE),
  after: z.string().max(200).optional(),
};

type Filters = z.infer<z.ZodObject<typeof filters>>;
type Parameters = z.infer<z.ZodObject<typeof parameters>>;

/** Who saw what, and why: for the privacy officer, newest first. Reading it is itself recorded. */
@Controller('audit')
export class AuditController {
  readonly #gate: Gate;
  readonly #publicUrl: string;

  constructor(@Inject(Gate) gate: Gate, @Inject(CONFIG) config: Config) {
    this.#gate = gate;
    this.#publicUrl = config.publicUrl;
  }

  @Get()
  @Needs('search', 'AuditEvent')
  async search(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const asked = readQuery(request, parameters);
    const query = queryOf(asked);
    const form = formOf(request);
    const subject = query.patientId === undefined ? aboutSearch(textOf(asked)) : aboutPatient(query.patientId);
    const page = await this.#gate.open(callerOf(request), subject, async (scope) => {
      scope.audit.note({ query: textOf(asked) });
      if (form !== 'bundle') scope.audit.note({ kind: 'export' });
      const found =
        form !== 'bundle'
          ? await allRows(scope, query)
          : await scope.audit.search(query, { count: asked._count, ...(asked.after === undefined ? {} : { after: asked.after }) });
      if (found !== undefined) scope.audit.note({ detail: countOf(found.items) });
      return found;
    });
    if (page === undefined) throw failure(422, `More than ${MOST_ROWS} events: narrow the time with from and to.`);
    if (form === 'lines') await reply.type('application/fhir+ndjson').send(page.items.map((row) => `${JSON.stringify(toAuditEvent(row))}\n`).join(''));
    else if (form === 'csv')
      await reply.type('text/csv; charset=utf-8').header('content-disposition', 'attachment; filename="audit.csv"').send(eventsCsv(page.items));
    else await reply.type('application/fhir+json; charset=utf-8').send(JSON.stringify(this.#bundle(asked, page)));
  }

  /** In one look: everybody who saw this patient, and why they were allowed. Of all events, however many pages they fill. */
  @Get('people')
  @Needs('search', 'AuditEvent')
  @Header('content-type', 'application/json; charset=utf-8')
  async people(@Req() request: FastifyRequest): Promise<AuditPeople> {
    const asked = readQuery(request, { ...filters, patient: z.string().refine(isUuid) });
    const query = queryOf(asked);
    const people = await this.#gate.open(callerOf(request), aboutPatient(asked.patient as PatientId), async (scope) => {
      const found = await scope.audit.people(query);
      scope.audit.note({ query: textOf(asked), detail: { people: found.length, count: found.reduce((sum, { times }) => sum + times, 0) } });
      return found;
    });
    return { people: people.map(inWords) };
  }

  #bundle(asked: Parameters, page: { readonly items: readonly AuditRow[]; readonly total: number; readonly next?: string }): object {
    const self = `${this.#publicUrl}/audit?${textOf(asked)}`;
    const next = page.next === undefined ? [] : [{ relation: 'next', url: `${self}&after=${encodeURIComponent(page.next)}` }];
    return {
      resourceType: 'Bundle',
      type: 'searchset',
      total: page.total,
      link: [{ relation: 'self', url: self }, ...next],
      entry: page.items.map((row) => ({
        fullUrl: `${this.#publicUrl}/fhir/R4/AuditEvent/${row.eventId}`,
        resource: toAuditEvent(row),
        search: { mode: 'match' },
      })),
    };
  }
}

/** By the `Accept` header: one AuditEvent a line, a table for a spreadsheet, or a Bundle. */
function formOf({ headers }: FastifyRequest): 'lines' | 'csv' | 'bundle' {
  const accept = headers.accept ?? '';
  if (accept.includes('ndjson')) return 'lines';
  return accept.includes('text/csv') ? 'csv' : 'bundle';
}

/** What a look at the record gave out: how many events, and a hash of their ids. */
function countOf(rows: readonly AuditRow[]): { readonly count: number; readonly sha256: string } {
  const ids = rows.map(({ eventId }) => eventId).sort();
  return { count: ids.length, sha256: sha256(Buffer.from(ids.join('\n'))) };
}

function inWords({ grounds, scores, lastAt, role, ...person }: AuditPerson): AuditPeople['people'][number] {
  const said = grounds.map(({ relationship, rule, outcome }) => ({
    relation: relationship === undefined || relationship === 'none' ? null : relationship,
    because: ruleWords(rule),
    refused: outcome === 4,
  }));
  return {
    ...person,
    role: role ?? null,
    lastAt: toIso(lastAt),
    grounds: said,
    scores: scores.map(({ task, bundle = 'an unknown model' }) => `${task} by ${bundle}`),
  };
}

function queryOf({ patient, user, from, to, purpose, outcome }: Filters): AuditQuery {
  return {
    ...(patient === undefined ? {} : { patientId: patient as PatientId }),
    ...(user === undefined ? {} : { user }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(outcome === undefined ? {} : { outcome: Number(outcome) }),
  };
}

/** The query as it is kept in the record and in links: names and values as declared, no more. */
function textOf({ patient, user, from, to, purpose, outcome, _count }: Filters & { readonly _count?: number }): string {
  const iso = (moment: number | undefined): string | undefined => (moment === undefined ? undefined : new Date(moment).toISOString());
  const named = { patient, user, from: iso(from), to: iso(to), purpose, outcome, _count: _count === undefined ? undefined : String(_count) };
  return new URLSearchParams(Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as [string, string]]))).toString();
}
