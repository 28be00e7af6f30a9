import { err, ok, type Result } from '@concord/core/kernel';
import type { z } from 'zod';
import { formIssues, isObject, isWritable, ISSUES_MAX } from './form.ts';
import { issue, type Issue, type IssueCode } from './issue.ts';
import { readObservation } from './read-observation.ts';
import { readEncounter, readPatient, readReport } from './read-others.ts';
import type { Read } from './present.ts';
import { diagnosticReportSchema, encounterSchema, observationSchema, patientSchema } from './schemas.ts';
import type { SentResource } from './sent.ts';
import type { JsonValue } from './strict-json.ts';

/** One resource of the four types that are taken in, or all that is wrong with it. */
export function readResource(value: JsonValue): Read<SentResource> {
  if (!isObject(value)) return err([issue('structure', 'a resource is a JSON object')]);
  const type = value['resourceType'];
  if (type === undefined) return err([issue('required', 'resourceType is missing')]);
  if (!isWritable(type)) return err([issue('not-supported', 'resources of this type are not taken here')]);
  const form = formIssues(type, value);
  if (form.length > 0) return err(form);
  switch (type) {
    case 'Patient':
      return checked(patientSchema, value, type, readPatient);
    case 'Encounter':
      return checked(encounterSchema, value, type, readEncounter);
    case 'Observation':
      return checked(observationSchema, value, type, readObservation);
    case 'DiagnosticReport':
      return checked(diagnosticReportSchema, value, type, readReport);
  }
}

function checked<W, S>(schema: z.ZodType<W>, value: JsonValue, type: string, read: (sent: W) => Read<S>): Read<S> {
  const sent = parseWith(schema, value, type);
  return sent.ok ? read(sent.value) : sent;
}

/** A schema's complaints in FHIR's words; what was sent is not repeated. */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, type: string): Result<T, readonly Issue[]> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  return err(parsed.error.issues.slice(0, ISSUES_MAX).map((problem) => told(problem, type)));
}

const CODES: Readonly<Record<string, IssueCode>> = { invalid_type: 'structure', unrecognized_keys: 'structure' };

function told(problem: z.core.$ZodIssue, type: string): Issue {
  const isMissing = problem.code === 'invalid_type' && problem.input === undefined && problem.message.includes('received undefined');
  const expression = problem.path.reduce<string>((path, part) => (typeof part === 'number' ? `${path}[${part}]` : `${path}.${String(part)}`), type);
  return issue(isMissing ? 'required' : (CODES[problem.code] ?? 'value'), isMissing ? 'a required element is missing' : reasonOf(problem), expression);
}

function reasonOf(problem: z.core.$ZodIssue): string {
  if (problem.code === 'invalid_type') return `${problem.expected} was expected`;
  if (problem.code === 'unrecognized_keys') return 'an element that this type does not have';
  if (problem.code === 'invalid_value') return `not in the required value set: ${problem.values.map(String).join(', ')}`;
  // Ours, from datatypes.ts.
  if (problem.code === 'custom' || problem.code === 'invalid_format') return problem.message;
  return 'not a value that FHIR allows here';
}
