/** Kinds of value that a search parameter takes here. */
export type SearchType = 'token' | 'reference' | 'date';

/** What a parameter narrows in the stores' questions. */
export type SearchTarget =
  | 'ids'
  | 'patient'
  | 'encounter'
  | 'identifier'
  | 'codes'
  | 'category'
  | 'status'
  | 'date'
  | 'method'
  | 'performer'
  | 'modality'
  /** A parameter of R4 that no resource of ours has a value for: it finds nothing, and says so truthfully. */
  | 'never';

export interface SearchParameter {
  readonly name: string;
  readonly type: SearchType;
  readonly target: SearchTarget;
  readonly documentation: string;
}

export type ServedType = 'Patient' | 'Encounter' | 'Observation' | 'DiagnosticReport' | 'ImagingStudy' | 'RiskAssessment' | 'Consent';
export type Interaction = 'create' | 'read' | 'vread' | 'search-type';

export interface ServedResource {
  readonly type: ServedType;
  readonly interactions: readonly Interaction[];
  readonly search: readonly SearchParameter[];
  /** References that `subject:Patient=` and the like may name. */
  readonly documentation: string;
}

const id: SearchParameter = { name: '_id', type: 'token', target: 'ids', documentation: 'Logical ids, separated by commas.' };
const identifier: SearchParameter = {
  name: 'identifier',
  type: 'token',
  target: 'identifier',
  documentation: 'system|value, by POST _search only: nothing that names a person stands in a URL.',
};
const patient: SearchParameter = { name: 'patient', type: 'reference', target: 'patient', documentation: 'One patient.' };
const subject: SearchParameter = { name: 'subject', type: 'reference', target: 'patient', documentation: 'One patient.' };
const encounter: SearchParameter = { name: 'encounter', type: 'reference', target: 'encounter', documentation: 'One encounter.' };
const status: SearchParameter = { name: 'status', type: 'token', target: 'status', documentation: 'One or more codes, separated by commas.' };
const code: SearchParameter = { name: 'code', type: 'token', target: 'codes', documentation: 'One or more codes, with or without their system.' };
const date = (documentation: string): SearchParameter => ({
  name: 'date',
  type: 'date',
  target: 'date',
  documentation: `${documentation}; prefixes eq, gt, ge, lt, le, sa, eb.`,
});
const never = (name: string, type: SearchType): SearchParameter => ({ name, type, target: 'never', documentation: 'No resource here has a value for it.' });

/** The one table of what is served: the router, the search parser and the CapabilityStatement read it. */
export const SERVED: readonly ServedResource[] = [
  {
    type: 'Patient',
    interactions: ['create', 'read', 'vread', 'search-type'],
    search: [id, identifier],
    documentation: 'An identifier with its system is required; a repeat under the same identifier answers as the first time.',
  },
  {
    type: 'Encounter',
    interactions: ['create', 'read', 'vread', 'search-type'],
    search: [id, identifier, patient, subject, status, date('Overlaps the period')],
    documentation: 'Wards are Location/{id}; an unknown ward grants nothing and is queued for a person.',
  },
  {
    type: 'Observation',
    interactions: ['create', 'read', 'vread', 'search-type'],
    search: [
      id,
      identifier,
      patient,
      subject,
      encounter,
      code,
      { name: 'category', type: 'token', target: 'category', documentation: 'vital-signs.' },
      status,
      date('Effective time'),
    ],
    documentation: 'Units in UCUM; times with an offset, at most five minutes ahead. A blood pressure panel becomes one Observation for each pressure.',
  },
  {
    type: 'DiagnosticReport',
    interactions: ['create', 'read', 'vread', 'search-type'],
    search: [id, identifier, patient, subject, encounter, code, status, date('Effective time')],
    documentation: 'The text is presentedForm[0] as text/plain in UTF-8.',
  },
  {
    type: 'ImagingStudy',
    interactions: ['read', 'search-type'],
    search: [
      id,
      identifier,
      patient,
      subject,
      { name: 'modality', type: 'token', target: 'modality', documentation: 'DICOM modality of a series.' },
      { name: 'started', type: 'date', target: 'date', documentation: 'When the study was made; prefixes eq, gt, ge, lt, le, sa, eb.' },
    ],
    documentation: 'Made from what DICOMweb received.',
  },
  {
    type: 'RiskAssessment',
    interactions: ['read', 'search-type'],
    search: [
      id,
      never('identifier', 'token'),
      patient,
      subject,
      encounter,
      date('Moment of the question (asOf)'),
      { name: 'method', type: 'token', target: 'method', documentation: 'Task or model bundle.' },
      { name: 'performer', type: 'reference', target: 'performer', documentation: 'Device/{bundle}.' },
      never('condition', 'reference'),
    ],
    documentation: 'probabilityDecimal is a percentage, as R4 says; the extension beside it lies between 0 and 1. Research software, not a medical device.',
  },
  {
    type: 'Consent',
    interactions: ['create', 'read', 'search-type'],
    search: [id, patient, status],
    documentation:
      'Scope patient-privacy. A base rule with exceptions by class of data and purpose; what is not understood refuses. Read by the patient and the source that sent it.',
  },
];

export function served(type: string): ServedResource | undefined {
  return SERVED.find((resource) => resource.type === type);
}
