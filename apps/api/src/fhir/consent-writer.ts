import { Inject, Injectable } from '@nestjs/common';
import { isUuid, type PatientId } from '@concord/core/clinical';
import type { AccessScope } from '@concord/core/ports';
import { issue, readConsent, writeConsent, type SentConsent } from '@concord/interop/fhir';
import type { Config } from '../config.ts';
import type { Caller } from '../edge/caller.ts';
import { notFound } from '../edge/failure.ts';
import { aboutNobody, aboutPatient, Gate, type Ask } from '../edge/gate.ts';
import { CONFIG } from '../edge/tokens.ts';
import { readDocument, refusal } from './answers.ts';
import { asPatientId } from './ids.ts';
import { References } from './references.ts';
import type { Created } from './writer.ts';

/** Takes consents in: of the patient who is signed in, or passed on by a source. */
@Injectable()
export class ConsentWriter {
  readonly #gate: Gate;
  readonly #base: string;

  constructor(@Inject(Gate) gate: Gate, @Inject(CONFIG) config: Pick<Config, 'publicUrl'>) {
    this.#gate = gate;
    this.#base = `${config.publicUrl}/fhir/R4`;
  }

  /** @throws Failure 400, 409, 422; 403 or 404 for whoever may not speak for this patient. */
  async create(caller: Caller, bytes: Buffer): Promise<Created> {
    const { sourceId } = caller.actor;
    // Who may not write at all is told so, and recorded, before a byte is looked at.
    if (sourceId === undefined && !caller.actor.roles.includes('patient')) await this.#gate.open(caller, aboutNobody, () => Promise.resolve(undefined));
    const sent = readConsent(readDocument(bytes).document.value);
    if (!sent.ok) throw refusal(422, sent.error);
    if (sourceId !== undefined && sent.value.identifier === undefined)
      throw refusal(422, [issue('required', 'a consent that is passed on has an identifier', 'Consent.identifier')]);
    return this.#gate.open(caller, sourceId === undefined ? ownAsk(sent.value) : aboutNobody, (scope) =>
      this.#store(scope, sent.value, sourceId !== undefined),
    );
  }

  async #store(scope: AccessScope, sent: SentConsent, isPassedOn: boolean): Promise<Created> {
    const patientId = isPassedOn ? await new References(scope).patient(sent.subject) : ownId(sent);
    if (patientId === undefined) throw refusal(422, [issue('not-found', 'nobody knows this patient', 'Consent.patient')]);
    const { identifier, statement, resource } = sent;
    const stored = await scope.consents.put({ patientId, statement, resource, ...(identifier === undefined ? {} : { identifier }) });
    if (stored.kind === 'conflict') throw refusal(409, [issue('conflict', 'a later consent of this author stands', 'Consent.dateTime')]);
    // What a model may read has changed: the next score is made without it, or with it again.
    if (stored.kind !== 'repeated') await scope.jobs.assess(patientId);
    scope.audit.note({ objects: [`Consent/${stored.id}/_history/${stored.version}`] });
    const record = await scope.consents.read(stored.id, stored.version);
    return {
      location: `${this.#base}/Consent/${stored.id}/_history/${stored.version}`,
      version: stored.version,
      resource: record === undefined ? undefined : writeConsent(record),
    };
  }
}

/** A patient names their own record; another one is the same 404 as none. */
function ownAsk(sent: SentConsent): Ask {
  return aboutPatient(ownId(sent));
}

function ownId({ subject }: SentConsent): PatientId {
  if (subject.kind !== 'id' || !isUuid(subject.id)) throw notFound();
  return asPatientId(subject.id);
}
