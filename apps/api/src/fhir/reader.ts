import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sha256 } from '@concord/adapters/crypto';
import { isUuid } from '@concord/core/clinical';
import { readSearch, searchset, type ServedResource, type ServedType } from '@concord/interop/fhir';
import type { Config } from '../config.ts';
import { callerOf } from '../edge/caller.ts';
import { notFound } from '../edge/failure.ts';
import { aboutPatient, aboutResource, aboutSearch, Gate, type Ask } from '../edge/gate.ts';
import { CONFIG } from '../edge/tokens.ts';
import { refusal, sendResource } from './answers.ts';
import { asPatientId } from './ids.ts';
import { readOne } from './read-one.ts';
import { searchAll } from './search-all.ts';

/** Gives resources out: point reads, versions and searches, each decided and audited. */
@Injectable()
export class FhirReader {
  readonly #gate: Gate;
  readonly #base: string;

  constructor(@Inject(Gate) gate: Gate, @Inject(CONFIG) config: Pick<Config, 'publicUrl'>) {
    this.#gate = gate;
    this.#base = `${config.publicUrl}/fhir/R4`;
  }

  /** @throws Failure 404 for what is not there and for what this reader may not see, alike. */
  async read(request: FastifyRequest, reply: FastifyReply, type: ServedType): Promise<void> {
    const { id = '', version } = paramsOf(request);
    const wanted = version === undefined ? undefined : /^[1-9]\d{0,8}$/.test(version) ? Number(version) : 0;
    if (!isUuid(id) || wanted === 0) throw notFound();
    const ask: Ask = type === 'Patient' ? aboutPatient(asPatientId(id)) : aboutResource(`${type}/${id}`);
    const resource = await this.#gate.find(callerOf(request), ask, async (scope) => {
      const found = await readOne(scope, type, id, wanted);
      if (found !== undefined) scope.audit.note({ objects: [objectOf(type, id, found.meta?.versionId)] });
      return found;
    });
    sendResource(reply, resource);
  }

  /** @throws Failure 400 for what is not understood: an ignored filter would widen the list. */
  async search(request: FastifyRequest, reply: FastifyReply, resource: ServedResource, posted: string | undefined): Promise<void> {
    const pairs = [...new URLSearchParams(request.url.split('?', 2)[1] ?? ''), ...new URLSearchParams(posted ?? '')];
    const isPosted = posted !== undefined;
    const criteria = readSearch(resource, { pairs, isPosted, isLenient: /\bhandling=lenient\b/.test(String(request.headers['prefer'] ?? '')) });
    if (!criteria.ok) throw refusal(400, criteria.error);
    const { type } = resource;
    const answer = await this.#gate.open(callerOf(request), aboutSearch(auditText(criteria.value.used)), async (scope) => {
      const page = await searchAll(scope, type, criteria.value);
      scope.audit.note({ detail: found(page.resources.map(({ id, meta }) => objectOf(type, id ?? '', meta?.versionId))) });
      return page;
    });
    sendResource(reply, searchset({ type, base: this.#base, used: criteria.value.used, isPosted, ...answer }));
  }
}

function paramsOf(request: FastifyRequest): { readonly id?: string; readonly version?: string } {
  const { params } = request;
  if (typeof params !== 'object' || params === null) return {};
  const { id, version } = params as Readonly<Record<string, unknown>>;
  return { ...(typeof id === 'string' ? { id } : {}), ...(typeof version === 'string' ? { version } : {}) };
}

function objectOf(type: ServedType, id: string, version: string | undefined): string {
  return version === undefined ? `${type}/${id}` : `${type}/${id}/_history/${version}`;
}

/** What a search gave out, without naming one patient's resources in another's event: how many, and a hash of their sorted references. */
function found(references: readonly string[]): object {
  return { count: references.length, sha256: sha256(Buffer.from([...references].sort().join('\n'))) };
}

/** The question as the record keeps it: an identifier is said to have been asked for, never which. */
function auditText(used: readonly (readonly [string, string])[]): string {
  return used.map(([name, value]) => `${name}=${name === 'identifier' ? '(withheld)' : value}`).join('&');
}
