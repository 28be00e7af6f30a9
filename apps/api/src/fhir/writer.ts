import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { SourceId } from '@concord/core/clinical';
import type { AccessScope, ResourceKind } from '@concord/core/ports';
import {
  isOwnIdentifier,
  issue,
  readBundle,
  readResource,
  responseBundle,
  type EntryAnswer,
  type SentBundle,
  type SentEntry,
  type SentResource,
} from '@concord/interop/fhir';
import type { Caller } from '../edge/caller.ts';
import { Failure, forbidden } from '../edge/failure.ts';
import { aboutNobody, Gate } from '../edge/gate.ts';
import { operationOutcome } from '../edge/error-filter.ts';
import { CONFIG } from '../edge/tokens.ts';
import type { Config } from '../config.ts';
import { etag, readDocument, refusal, type Shown } from './answers.ts';
import { readOne } from './read-one.ts';
import { storeEntries } from './store-entries.ts';
import type { Outcome, Write } from './writing.ts';

type Kept = Extract<Outcome, { readonly kind: 'stored' }>;

/** What a create answers: where it stands, and the resource as it now reads. */
export interface Created {
  readonly location: string;
  readonly version: number;
  readonly resource: Shown | undefined;
}

/** Takes resources in: one transaction for each request, or for each entry of a batch. */
@Injectable()
export class FhirWriter {
  readonly #gate: Gate;
  readonly #base: string;

  constructor(@Inject(Gate) gate: Gate, @Inject(CONFIG) config: Pick<Config, 'publicUrl'>) {
    this.#gate = gate;
    this.#base = `${config.publicUrl}/fhir/R4`;
  }

  /** @throws Failure 400, 409, 422; 403 or 404 for whoever is no source. */
  async create(caller: Caller, type: SentResource['type'], bytes: Buffer, ifNoneExist: string | undefined): Promise<Created> {
    const sourceId = await this.#sourceOf(caller);
    const { document, text } = readDocument(bytes);
    const read = readResource(document.value);
    if (!read.ok) throw refusal(422, read.error);
    if (read.value.type !== type) throw refusal(422, [issue('value', `a ${type} was expected at this address`, 'resourceType')]);
    if (ifNoneExist !== undefined && !isOwnIdentifier(ifNoneExist, read.value))
      throw refusal(422, [issue('not-supported', 'If-None-Exist is identifier=system|value of the resource itself')]);
    const write: Write = { entries: [{ resource: read.value }], text, bytes, sourceId };
    return this.#gate.open(caller, aboutNobody, async (scope) => {
      const [kept] = whole(await storeEntries(scope, write));
      if (kept === undefined) throw refusal(422, [issue('processing', 'nothing was stored')]);
      note(scope, [kept]);
      return { location: this.#location(kept), version: kept.version, resource: await readOne(scope, type, kept.id, kept.version) };
    });
  }

  /** @throws Failure like `create`; of a batch only what concerns all of it. */
  async bundle(caller: Caller, bytes: Buffer): Promise<ReturnType<typeof responseBundle>> {
    const sourceId = await this.#sourceOf(caller);
    const { document, text } = readDocument(bytes);
    const bundle = readBundle(document);
    if (!bundle.ok) throw refusal(422, bundle.error);
    const common = { text, bytes, sourceId, ...(bundle.value.sentAt === undefined ? {} : { sentAt: bundle.value.sentAt }) };
    if (bundle.value.type === 'transaction') return responseBundle('transaction', await this.#transaction(caller, bundle.value, common));
    const answers: EntryAnswer[] = [];
    const unitKey = randomUUID();
    for (const entry of bundle.value.entries) answers.push(await this.#single(caller, { entry, unitKey }, common));
    return responseBundle('batch', answers);
  }

  async #transaction(caller: Caller, { entries }: SentBundle, common: Omit<Write, 'entries'>): Promise<readonly EntryAnswer[]> {
    const unread = entries.flatMap(({ resource }) => (resource.ok ? [] : resource.error));
    if (unread.length > 0) throw refusal(422, unread);
    const readable = entries.map((entry, index) => ({ ...entryOf(entry, index), ...(entry.span === undefined ? {} : { span: entry.span }) }));
    const ask = { ...aboutNobody, resource: kindOf(readable.map(({ resource }) => resource)) };
    return this.#gate.open(caller, ask, async (scope) => {
      const kept = whole(await storeEntries(scope, { ...common, entries: readable }));
      note(scope, kept);
      return kept.map((one) => this.#answer(one));
    });
  }

  async #single(
    caller: Caller,
    { entry, unitKey }: { readonly entry: SentEntry; readonly unitKey: string },
    common: Omit<Write, 'entries'>,
  ): Promise<EntryAnswer> {
    if (!entry.resource.ok) return failed(refusal(422, entry.resource.error));
    const text = entry.span === undefined ? common.text : common.text.slice(entry.span.start, entry.span.end);
    const write: Write = { ...common, text, bytes: Buffer.from(text), entries: [{ resource: entry.resource.value }] };
    try {
      return await this.#gate.open(caller, { ...aboutNobody, unitKey, resource: entry.resource.value.type }, async (scope) => {
        const [kept] = whole(await storeEntries(scope, write));
        if (kept === undefined) throw refusal(422, [issue('processing', 'nothing was stored')]);
        note(scope, [kept]);
        return this.#answer(kept);
      });
    } catch (error) {
      // Each for itself: what is wrong with one entry is that entry's answer. A fault of ours is everybody's.
      if (error instanceof Failure && error.status < 500) return failed(error);
      throw error;
    }
  }

  /** Only a source writes; the attempt of anybody else is decided, and recorded, before their bytes are looked at. */
  async #sourceOf(caller: Caller): Promise<SourceId> {
    if (caller.actor.sourceId !== undefined) return caller.actor.sourceId;
    await this.#gate.open(caller, aboutNobody, () => Promise.resolve(undefined));
    throw forbidden();
  }

  #location({ type, id, version }: Kept): string {
    return `${this.#base}/${type}/${id}/_history/${version}`;
  }

  #answer(kept: Kept): EntryAnswer {
    return { status: '201 Created', location: this.#location(kept), etag: etag(kept.version) };
  }
}

function entryOf({ resource, fullUrl }: SentEntry, index: number) {
  if (!resource.ok) throw refusal(422, resource.error);
  return { resource: resource.value, place: `Bundle.entry[${index}].resource`, ...(fullUrl === undefined ? {} : { fullUrl }) };
}

/** All of it, or nothing. @throws Failure, which rolls the transaction back. */
function whole(outcomes: readonly Outcome[]): readonly Kept[] {
  const refused = outcomes.filter((outcome) => outcome.kind === 'refused');
  if (refused.length > 0)
    throw refusal(
      refused.every(({ status }) => status === 409) ? 409 : 422,
      refused.flatMap(({ issues }) => issues),
    );
  return outcomes.filter((outcome) => outcome.kind === 'stored');
}

/** The kind that the decision is about: of a mixed bundle the one that comes first in order. */
function kindOf(resources: readonly SentResource[]): ResourceKind {
  return (['Patient', 'Encounter', 'DiagnosticReport', 'Observation'] as const).find((kind) => resources.some(({ type }) => type === kind)) ?? 'Observation';
}

function note(scope: AccessScope, kept: readonly Kept[]): void {
  scope.audit.note({ objects: kept.map(({ type, id, version }) => `${type}/${id}/_history/${version}`) });
}

function failed({ status, issues }: Failure): EntryAnswer {
  return { status: String(status), outcome: operationOutcome(issues) };
}
