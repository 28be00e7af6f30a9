/** Codes of FHIR's issue-type value set that we use. */
export type IssueCode =
  | 'invalid'
  | 'structure'
  | 'required'
  | 'value'
  | 'invariant'
  | 'not-supported'
  | 'not-found'
  | 'conflict'
  | 'forbidden'
  | 'login'
  | 'too-long'
  | 'too-costly'
  | 'throttled'
  | 'business-rule'
  | 'processing'
  | 'transient'
  | 'exception'
  | 'informational';

/** One thing that is wrong, and where. `reason` is ours: it never repeats what was sent. */
export interface Issue {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information';
  readonly code: IssueCode;
  readonly reason: string;
  /** FHIRPath of the element: `Observation.valueQuantity.code`. */
  readonly expression?: string;
}

export function issue(code: IssueCode, reason: string, expression?: string): Issue {
  return { severity: 'error', code, reason, ...(expression === undefined ? {} : { expression }) };
}

/** The same issues seen from outside: `Bundle.entry[3].resource.status`. */
export function under(prefix: string, issues: readonly Issue[]): readonly Issue[] {
  return issues.map((one) => ({
    ...one,
    expression: one.expression === undefined ? prefix : `${prefix}.${one.expression.replace(/^[A-Z]\w*\.?/, '')}`.replace(/\.$/, ''),
  }));
}

/** An OperationOutcome, the one form in which this door says no. */
export function operationOutcome(issues: readonly Issue[]) {
  return {
    resourceType: 'OperationOutcome' as const,
    issue: issues.map(({ severity, code, reason, expression }) => ({
      severity,
      code,
      diagnostics: reason,
      ...(expression === undefined ? {} : { expression: [expression] }),
    })),
  };
}
