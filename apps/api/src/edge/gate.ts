import { Inject, Injectable } from '@nestjs/common';
import type { PatientId } from '@concord/core/clinical';
import type { AccessRequest, AccessScope, WithAccess } from '@concord/core/ports';
import type { Caller } from './caller.ts';
import { forbidden, notFound } from './failure.ts';
import { WITH_ACCESS } from './tokens.ts';

/** What of the question the route cannot know beforehand. The rest stands in the route's permission. */
export type Ask = Pick<AccessRequest, 'subject'> & Partial<Pick<AccessRequest, 'action' | 'resource' | 'unit' | 'unitKey' | 'purpose' | 'concerns'>>;

export const aboutPatient = (patientId: PatientId): Ask => ({ subject: { kind: 'patient', patientId } });
export const aboutSearch = (query: string): Ask => ({ subject: { kind: 'search', query } });
/** One thing by its own id: whose it is shows only once it is read. */
export const aboutResource = (reference: string): Ask => ({ subject: { kind: 'search', query: reference } });
export const aboutNobody: Ask = { subject: { kind: 'none' } };

/** The only way of a controller to stored data: `withAccess`, with refusals thrown as the answers they are. */
@Injectable()
export class Gate {
  readonly #withAccess: WithAccess;

  constructor(@Inject(WITH_ACCESS) withAccess: WithAccess) {
    this.#withAccess = withAccess;
  }

  /**
   * Runs `work` in one decided, audited transaction.
   * Do not throw `notFound()` inside: that would undo the record of the attempt. Return undefined and use `find`.
   * @throws Failure 404 or 403 when it is denied.
   */
  async open<T>(caller: Caller, ask: Ask, work: (scope: AccessScope) => Promise<T>): Promise<T> {
    const { permission, trail } = caller;
    // Answered, refused or undone: each leaves its event.
    trail.isRecorded = true;
    const result = await this.#withAccess(
      {
        actor: caller.actor,
        purpose: caller.purpose,
        action: permission.action,
        resource: permission.resource,
        unit: permission.unit ?? 'request',
        requestId: caller.requestId,
        network: caller.network,
        entry: caller.entry,
        committed: (events) => {
          trail.committed = [...(trail.committed ?? []), ...events];
        },
        ...ask,
      },
      work,
    );
    if (result.ok) return result.value;
    throw result.error.kind === 'not-found' ? notFound() : forbidden();
  }

  /** Like `open`; what is not there and what may not be seen are the same 404, thrown after the record is kept. */
  async find<T>(caller: Caller, ask: Ask, work: (scope: AccessScope) => Promise<T | undefined>): Promise<T> {
    const found = await this.open(caller, ask, work);
    if (found === undefined) throw notFound();
    return found;
  }
}
