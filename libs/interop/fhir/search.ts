import { err, LOINC, ok, type Result } from '@concord/core/kernel';
import type { Identifier } from '@concord/core/clinical';
import { ID } from './datatypes.ts';
import { issue, type Issue } from './issue.ts';
import { narrowed, readDateParameter, type DateRange } from './search-date.ts';
import type { SearchParameter, ServedResource } from './served.ts';
import { NEWS2_CODES } from './systems.ts';

/** A search as the stores can answer it. A field that is absent does not narrow. */
export interface Criteria {
  readonly ids?: readonly string[];
  readonly patientId?: string;
  readonly encounterId?: string;
  readonly identifier?: Identifier;
  readonly codes?: readonly string[];
  readonly category?: string;
  readonly status?: readonly string[];
  readonly date?: DateRange;
  readonly method?: { readonly system?: string; readonly code: string };
  readonly performer?: string;
  readonly modality?: string;
  /** A parameter asked for what no resource here has. */
  readonly isEmpty?: boolean;
  readonly count: number;
  readonly after?: string;
  /** `_summary=count` or `_count=0`: the number alone. */
  readonly countOnly: boolean;
  /** Parameters that were used, for the self link. */
  readonly used: readonly (readonly [name: string, value: string])[];
}

export interface SearchRequest {
  readonly pairs: readonly (readonly [name: string, value: string])[];
  /** By POST _search: only there may an identifier stand. */
  readonly isPosted: boolean;
  /** `Prefer: handling=lenient`: what is unknown is ignored and left out of the self link. */
  readonly isLenient: boolean;
}

export const COUNT_DEFAULT = 50;
/** A page stays below a second of work and a few megabytes. */
export const COUNT_MAX = 1000;
const VALUES_MAX = 200;
const VALUE_LENGTH_MAX = 8_000;

type Narrowing = Partial<Criteria>;
type Narrowed = Result<Narrowing, string>;

/** Reads the parameters of a search. An ignored filter widens a list, so what is unknown is refused unless lenience is asked for. */
export function readSearch(resource: ServedResource, request: SearchRequest): Result<Criteria, readonly Issue[]> {
  let criteria: Narrowing = {};
  const used: (readonly [string, string])[] = [];
  const issues: Issue[] = [];
  for (const [name, value] of request.pairs) {
    const read = readPair(resource, request, name, value);
    if (read === undefined && request.isLenient) continue;
    const merged =
      read === undefined ? err(`unknown parameter or modifier; ${resource.type} takes ${takes(resource)}`) : read.ok ? merge(criteria, read.value) : read;
    if (merged.ok) {
      criteria = merged.value;
      used.push([name, value]);
    } else issues.push(issue('value', merged.error, safeName(name)));
  }
  if (issues.length > 0) return err(issues);
  const count = criteria.count ?? COUNT_DEFAULT;
  return ok({ ...criteria, count: Math.max(count, 1), countOnly: criteria.countOnly === true || count === 0, used });
}

function takes(resource: ServedResource): string {
  return [...resource.search.map(({ name }) => name), '_count', '_summary', 'after'].join(', ');
}

/** A parameter's name is the sender's text: repeated only when it can be nothing but a name. */
function safeName(name: string): string {
  return /^[a-zA-Z_][a-zA-Z_.:-]{0,30}$/.test(name) ? `http.${name.replace(/[:.].*/, '')}` : 'http';
}

/** @returns undefined for a parameter or a modifier that this type does not have. */
function readPair(resource: ServedResource, request: SearchRequest, name: string, value: string): Narrowed | undefined {
  if (value.length > VALUE_LENGTH_MAX) return err('the value is too long');
  const control = CONTROLS.get(name);
  if (control !== undefined) return control(value);
  const parameter = parameterOf(resource, name);
  if (parameter === undefined) return undefined;
  if (value === '') return err('the value is empty');
  if (parameter.target === 'identifier' && !request.isPosted) return err('an identifier does not stand in a URL: use POST _search');
  return READERS[parameter.target](value);
}

function parameterOf(resource: ServedResource, name: string): SearchParameter | undefined {
  const [bare = '', modifier] = name.split(':', 2);
  const parameter = resource.search.find((known) => known.name === bare);
  const isKnown = modifier === undefined || (parameter?.target === 'patient' && modifier === 'Patient');
  return isKnown ? parameter : undefined;
}

const CONTROLS: ReadonlyMap<string, (value: string) => Narrowed> = new Map(
  Object.entries({
    _count: (value: string): Narrowed => {
      const count = /^\d{1,6}$/.test(value) ? Number(value) : -1;
      return count >= 0 && count <= COUNT_MAX ? ok({ count }) : err(`a whole number from 0 to ${COUNT_MAX} was expected`);
    },
    _summary: (value: string): Narrowed => (value === 'count' ? ok({ countOnly: true }) : value === 'false' ? ok({}) : err('only _summary=count is supported')),
    _total: (value: string): Narrowed => (['none', 'estimate', 'accurate'].includes(value) ? ok({}) : err('none, estimate or accurate was expected')),
    _format: (value: string): Narrowed => (/^(json|application\/(fhir\+)?json)$/.test(value.replace(' ', '+')) ? ok({}) : err('only JSON is served')),
    after: (value: string): Narrowed => (/^[\w.~=-]{1,400}$/.test(value) ? ok({ after: value }) : err('not a place that this server gave')),
  }),
);

const READERS: Readonly<Record<SearchParameter['target'], (value: string) => Narrowed>> = {
  ids: (value) => listed(value, ID, (ids) => ({ ids })),
  patient: (value) => pointed(value, 'Patient', (patientId) => ({ patientId })),
  encounter: (value) => pointed(value, 'Encounter', (encounterId) => ({ encounterId })),
  performer: (value) => pointed(value, 'Device', (performer) => ({ performer })),
  identifier: identified,
  codes: coded,
  status: (value) => listed(bareToken(value), /^[a-z-]{1,40}$/, (status) => ({ status })),
  category: (value) => ok(bareToken(value) === 'vital-signs' ? { category: 'vital-signs' } : { isEmpty: true }),
  modality: (value) => (/^[A-Z]{2,16}$/.test(bareToken(value)) ? ok({ modality: bareToken(value) }) : err('one DICOM modality was expected')),
  method: (value) => {
    const method = token(value);
    return /^[\w.-]{1,100}$/.test(method.code) ? ok({ method }) : err('one task or bundle was expected');
  },
  date: (value) => {
    const range = readDateParameter(value);
    return range.ok ? ok({ date: range.value }) : range;
  },
  never: () => ok({ isEmpty: true }),
};

/** Two values for one thing must both hold: a stretch of time narrows, anything else would need an intersection that we refuse. */
function merge(criteria: Narrowing, next: Narrowing): Narrowed {
  if (criteria.date !== undefined && next.date !== undefined) return ok({ ...criteria, date: narrowed(criteria.date, next.date) });
  const again = Object.keys(next).find((key) => key in criteria && key !== 'isEmpty' && !same(criteria, next, key));
  return again === undefined ? ok({ ...criteria, ...next }) : err('the parameter stands twice with different values');
}

function same(a: Narrowing, b: Narrowing, key: string): boolean {
  const [left, right] = [Object.entries(a), Object.entries(b)].map((entries) => JSON.stringify(entries.find(([name]) => name === key)));
  return left === right;
}

function listed(value: string, form: RegExp, make: (parts: readonly string[]) => Narrowing): Narrowed {
  const parts = value.split(',');
  if (parts.length > VALUES_MAX) return err(`more than ${VALUES_MAX} values`);
  return parts.every((part) => form.test(part)) ? ok(make(parts)) : err('a value does not have the form that it needs');
}

function pointed(value: string, type: string, make: (id: string) => Narrowing): Narrowed {
  const id = value.startsWith(`${type}/`) ? value.slice(type.length + 1) : value;
  return ID.test(id) ? ok(make(id)) : err(`one ${type} was expected, by id`);
}

function token(value: string): { readonly system?: string; readonly code: string } {
  const bar = value.indexOf('|');
  return bar < 0 ? { code: value } : { system: value.slice(0, bar), code: value.slice(bar + 1) };
}

function bareToken(value: string): string {
  return value
    .split(',')
    .map((part) => token(part).code)
    .join(',');
}

function identified(value: string): Narrowed {
  const { system, code } = token(value);
  if (system === undefined || system === '' || code === '') return err('system|value was expected');
  return ok({ identifier: { system, value: code } });
}

const KNOWN_SYSTEMS: readonly (string | undefined)[] = [undefined, LOINC, NEWS2_CODES];

function coded(value: string): Narrowed {
  const tokens = value.split(',').map(token);
  // The stores know a code by itself; under another system the same letters would mean something else.
  const known = tokens.filter(({ system }) => KNOWN_SYSTEMS.includes(system));
  if (tokens.some(({ code }) => !/^[^\s|]{1,100}$/.test(code)) || tokens.length > VALUES_MAX) return err('a code was expected');
  return known.length === 0 ? ok({ isEmpty: true }) : ok({ codes: known.map(({ code }) => code) });
}
