import { err, ok, parseInstant, UCUM, type Code, type Instant } from '@concord/core/kernel';
import type { Identifier } from '@concord/core/clinical';
import type { WireConcept, WireIdentifier, WireQuantity, WireReference } from './datatypes.ts';
import { issue, type Issue } from './issue.ts';
import { optional, present, together, type Read } from './present.ts';
import type { Answer, Target } from './sent.ts';

export function refuse(code: Issue['code'], reason: string, expression: string): { readonly ok: false; readonly error: readonly Issue[] } {
  return err([issue(code, reason, expression)]);
}

/** `Patient/x`, another entry's `urn:uuid:…`, `Patient?identifier=system|value`, or a logical reference by identifier. */
export function readTarget(reference: WireReference, type: string, expression: string): Read<Target> {
  const written = reference.reference;
  if (written === undefined) return byIdentifier(reference.identifier, type, expression);
  if (/^urn:(uuid|oid):\S+$/.test(written)) return ok({ kind: 'entry', fullUrl: written });
  if (written.startsWith(`${type}?`)) return conditional(written.slice(type.length + 1), type, expression);
  const [, named, id] = LITERAL.exec(written) ?? [];
  if (named !== type || id === undefined) return refuse('value', `a reference to a ${type} of this server was expected`, expression);
  return ok({ kind: 'id', type, id });
}

/** `Type/id`, with or without a version. */
const LITERAL = /^([A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

function byIdentifier(sent: WireIdentifier | undefined, type: string, expression: string): Read<Target> {
  const known = readIdentifier(sent);
  return known === undefined ? refuse('required', 'a reference is missing', expression) : ok({ kind: 'identifier', type, identifier: known });
}

/** `identifier=system|value` of a conditional reference, as R4 3.1.0.11.2 writes it. */
export function readConditional(query: string): Identifier | undefined {
  const match = /^identifier=([^&|]+)(?:\||%7C)([^&|]+)$/i.exec(query);
  if (!match) return undefined;
  const [system, value] = [unescape(match[1]), unescape(match[2])];
  return system === undefined || value === undefined ? undefined : { system, value };
}

function conditional(query: string, type: string, expression: string): Read<Target> {
  const known = readConditional(query);
  return known === undefined
    ? refuse('not-supported', 'a conditional reference is identifier=system|value', expression)
    : ok({ kind: 'identifier', type, identifier: known });
}

function unescape(text: string | undefined): string | undefined {
  try {
    return decodeURIComponent(text ?? '');
  } catch {
    return undefined;
  }
}

/** Issuer and value; without either it identifies nobody. */
export function readIdentifier(sent: WireIdentifier | undefined): Identifier | undefined {
  if (sent?.system === undefined || sent.value === undefined || sent.use === 'old') return undefined;
  return { system: sent.system, value: sent.value };
}

export function readCodes(concept: WireConcept, expression: string): Read<readonly Code[]> {
  const codes = (concept.coding ?? []).flatMap(({ system, code, display }) =>
    system === undefined || code === undefined ? [] : [{ system, code, ...(display === undefined ? {} : { display }) }],
  );
  return codes.length === 0 ? refuse('required', 'a coding with system and code is missing', expression) : ok(codes);
}

const INSTANT_REASON = {
  'not-an-instant': 'a time of day with an offset was expected: a bare date is no time for a measurement',
  'no-offset': 'the time has no offset',
  'no-such-time': 'the calendar or the clock has no such time',
} as const;

export function readMoment(text: string, expression: string): Read<Instant> {
  const moment = parseInstant(text);
  return moment.ok ? moment : refuse('value', INSTANT_REASON[moment.error.kind], expression);
}

/** A measured number with its UCUM unit; a bound (`<`, `>`) is no measurement. */
export function readQuantity(sent: WireQuantity, expression: string): Read<Answer> {
  if (sent.value === undefined) return refuse('required', 'the quantity has no value', `${expression}.value`);
  if (sent.comparator !== undefined) return refuse('not-supported', 'a value with a comparator is a bound, not a measurement', `${expression}.comparator`);
  if (sent.system !== UCUM || sent.code === undefined) return refuse('required', 'a unit in UCUM (system and code) is missing', `${expression}.code`);
  return ok({ kind: 'quantity', value: sent.value, unit: sent.code });
}

export interface SpanOfTime {
  readonly start?: Instant;
  readonly end?: Instant;
}

/** A period whose ends are times of day with an offset. */
export function readSpan(period: { readonly start?: string | undefined; readonly end?: string | undefined }, expression: string): Read<SpanOfTime> {
  const ends = together({
    start: optional(period.start, (start) => readMoment(start, `${expression}.start`)),
    end: optional(period.end, (end) => readMoment(end, `${expression}.end`)),
  });
  if (!ends.ok) return ends;
  const { start, end } = ends.value;
  if (start !== undefined && end !== undefined && end < start) return refuse('invariant', 'the period ends before it starts (per-1)', expression);
  return ok(present({ start, end }));
}
