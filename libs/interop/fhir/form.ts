import { issue, type Issue } from './issue.ts';
import type { JsonObject, JsonValue } from './strict-json.ts';

/** Types that this door takes in. */
export const WRITABLE = ['Patient', 'Encounter', 'Observation', 'DiagnosticReport'] as const;
export type WritableType = (typeof WRITABLE)[number];

const RESOURCE = 'resourceType id meta implicitRules language text contained* extension* modifierExtension*';
/** Every element that R4 gives these types; `*` marks those that repeat. Source: the R4 structure definitions. */
const ELEMENTS: Readonly<Record<WritableType, string>> = {
  Patient:
    'identifier* active name* telecom* gender birthDate deceasedBoolean deceasedDateTime address* maritalStatus multipleBirthBoolean multipleBirthInteger photo* contact* communication* generalPractitioner* managingOrganization link*',
  Encounter:
    'identifier* status statusHistory* class classHistory* type* serviceType priority subject episodeOfCare* basedOn* participant* appointment* period length reasonCode* reasonReference* diagnosis* account* hospitalization location* serviceProvider partOf',
  Observation:
    'identifier* basedOn* partOf* status category* code subject focus* encounter effectiveDateTime effectivePeriod effectiveTiming effectiveInstant issued performer* valueQuantity valueCodeableConcept valueString valueBoolean valueInteger valueRange valueRatio valueSampledData valueTime valueDateTime valuePeriod dataAbsentReason interpretation* note* bodySite method specimen device referenceRange* hasMember* derivedFrom* component*',
  DiagnosticReport:
    'identifier* basedOn* status category* code subject encounter effectiveDateTime effectivePeriod issued performer* resultsInterpreter* specimen* result* imagingStudy* media* conclusion conclusionCode* presentedForm*',
};

type Cardinality = 'one' | 'many';
const CARDINALITY: Readonly<Record<WritableType, ReadonlyMap<string, Cardinality>>> = {
  Patient: cardinalities(ELEMENTS.Patient),
  Encounter: cardinalities(ELEMENTS.Encounter),
  Observation: cardinalities(ELEMENTS.Observation),
  DiagnosticReport: cardinalities(ELEMENTS.DiagnosticReport),
};

function cardinalities(elements: string): ReadonlyMap<string, Cardinality> {
  return new Map(`${RESOURCE} ${elements}`.split(' ').map((name) => [name.replace('*', ''), name.endsWith('*') ? 'many' : 'one']));
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isWritable(type: JsonValue | undefined): type is WritableType {
  return typeof type === 'string' && WRITABLE.some((known) => known === type);
}

/**
 * What FHIR's JSON forbids wherever it stands: an element that the type does not have, a single where a list is due, empty
 * strings, lists and objects, null members; and what it forbids us to ignore: `implicitRules` and `modifierExtension`.
 */
export function formIssues(type: WritableType, resource: JsonObject): readonly Issue[] {
  const issues: Issue[] = [];
  for (const [name, value] of Object.entries(resource)) {
    // The extensions of a primitive stand beside it under its name with an underscore.
    const bare = name.startsWith('_') ? name.slice(1) : name;
    const expected = CARDINALITY[type].get(bare);
    if (expected === undefined) issues.push(issue('structure', `an element that ${type} does not have`, type));
    else if (Array.isArray(value) !== (expected === 'many'))
      issues.push(issue('structure', expected === 'many' ? 'a list was expected' : 'a list is not allowed here', `${type}.${bare}`));
  }
  if (resource['implicitRules'] !== undefined)
    issues.push(issue('not-supported', 'implicitRules are not understood and must not be ignored', `${type}.implicitRules`));
  walk(resource, type, issues);
  return issues.slice(0, ISSUES_MAX);
}

/** Enough to repair a message; more would only make the answer longer than the request. */
export const ISSUES_MAX = 20;

function walk(value: JsonValue, path: string, issues: Issue[]): void {
  if (value === '') issues.push(issue('structure', 'an empty string', path));
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    const list: readonly JsonValue[] = value;
    if (list.length === 0) issues.push(issue('structure', 'an empty list', path));
    for (const [index, item] of list.entries()) walk(item, `${path}[${index}]`, issues);
    return;
  }
  if (isObject(value)) walkMembers(value, path, issues);
}

const NAME = /^_?[A-Za-z][A-Za-z0-9]{0,63}$/;

function walkMembers(object: JsonObject, path: string, issues: Issue[]): void {
  const names = Object.keys(object);
  if (names.length === 0) issues.push(issue('structure', 'an empty object', path));
  for (const name of names) {
    const value = object[name];
    // A name that no element can have is not repeated: it is the sender's text.
    const place = NAME.test(name) ? `${path}.${name}` : path;
    if (name === 'modifierExtension') issues.push(issue('not-supported', 'a modifier extension is not understood and must not be ignored', path));
    else if (value === null) issues.push(issue('structure', 'null is not allowed here', place));
    else if (value !== undefined) walk(value, place, issues);
  }
}
