import type { AuditRow } from '@concord/core/ports';
import { DENIALS, RULES } from '../access/index.ts';
import { DICOM_WORDS } from './vocabulary.ts';

/** Bases that are no line of the access table: how a denial is called, and what the edge decides by itself. */
const BASES: Readonly<Record<string, string>> = {
  'no-relationship': 'No relation to this patient.',
  'default-deny': 'No rule allows it for this role.',
  purpose: 'Not for this purpose.',
  'rolled-back': 'The work was undone; nothing left.',
  'refused-at-the-edge': 'Turned away before any data was asked for.',
  'sign-in': 'Signing in and out.',
};

/** Why it was allowed or refused, in the words of the access table. */
export function ruleWords(id: string): string {
  return [...RULES, ...DENIALS].find((rule) => rule.id === id)?.because ?? BASES[id] ?? id;
}

const RELATIONS: Readonly<Record<string, string>> = {
  ward: 'lies in their ward',
  'discharged-72h': 'left their ward within 72 hours',
  'care-team': 'named in the care team',
  'recent-study': 'study of the last 30 days',
  'own-source': 'data that they sent',
  'own-record': 'own record',
  'break-glass': 'emergency access',
  job: 'work of the machine',
};

/** The relation to the patient in a reader's words; empty where none was needed. */
export function relationWords(relationship: string | undefined): string {
  return relationship === undefined || relationship === 'none' ? '' : (RELATIONS[relationship] ?? relationship);
}

const THINGS: Readonly<Record<string, string>> = {
  Patient: 'name, birth date and numbers',
  Encounter: 'stays',
  Observation: 'vital signs and values',
  DiagnosticReport: 'reports',
  ImagingStudy: 'images',
  RiskAssessment: 'risk scores',
  Timeline: 'the patient’s page',
  Worklist: 'the ward’s list',
  AuditEvent: 'the record of accesses',
  AccessReport: 'the report of accesses',
  ReconcileItem: 'arrivals that wait to be matched',
  Consent: 'consent',
  DeviceTurn: 'which device is on the patient',
};

const VERBS: Readonly<Record<string, string>> = {
  read: 'Looked at',
  vread: 'Looked at an older version of',
  'search-type': 'Looked through',
  create: 'Sent',
  update: 'Changed',
  execute: 'Computed',
  export: 'Exported',
};

/** What was done, in one phrase. */
export function deedWords({
  kind,
  subtype,
  resource,
  unitPart,
  recipient,
}: Pick<AuditRow, 'kind' | 'subtype' | 'resource' | 'unitPart' | 'recipient'>): string {
  if (unitPart === 'close') return `Stopped looking at ${thing(resource)}`;
  if (kind === undefined) return `${VERBS[subtype] ?? subtype} ${thing(resource)}`;
  if (kind === 'export') return `Exported ${thing(resource)}`;
  const deed = DEEDS[kind] ?? DICOM_WORDS[subtype] ?? kind;
  return recipient === undefined ? deed : `${deed} ${recipient.name}`;
}

/** A disclosure and a suspension are followed by the recipient's name. */
const DEEDS: Readonly<Record<string, string>> = {
  disclosure: 'Gave information to',
  suspension: 'Suspended the accounting towards',
  refusal: 'Was turned away',
};

const thing = (resource: string): string => THINGS[resource] ?? resource;

export const PURPOSE_WORDS: Readonly<Record<string, string>> = {
  TREAT: 'Treatment',
  ETREAT: 'Emergency treatment',
  BTG: 'Emergency access',
  HPAYMT: 'Payment',
  HOPERAT: 'Operations of the house',
  HRESCH: 'Research',
  PATRQT: 'The patient’s own request',
  PUBHLTH: 'Public health',
  HSYSADMIN: 'Running the system',
};
