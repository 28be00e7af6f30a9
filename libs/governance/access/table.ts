import { ROLES, type AccessAction, type Purpose, type Relationship, type ResourceKind, type Role } from '@concord/core/ports';

/** One line of the table: who, in what relation to the patient, for which purpose, may do what to which resource. */
export interface Rule {
  readonly id: string;
  /** `any`: the relationship alone decides (a job of our own machine has no role of the realm). */
  readonly roles: readonly Role[] | 'any';
  /** `none` stands for a resource that is about no patient. */
  readonly relationships: readonly Relationship[];
  readonly purposes: readonly Purpose[];
  readonly actions: readonly AccessAction[];
  readonly resources: readonly ResourceKind[];
  /** Modality kinds whose evidence is folded into `joint` for this reader. */
  readonly withhold: readonly string[];
  /** One sentence for the documentation and for who asks why. */
  readonly because: string;
}

const LOOK = ['read', 'vread', 'search'] as const;
const RECORD = ['Patient', 'Encounter', 'Observation', 'DiagnosticReport', 'ImagingStudy'] as const;
const CHART = [...RECORD, 'RiskAssessment', 'Timeline'] as const;
const CARE = ['TREAT'] as const;

/** Who may look past the usual relations in an emergency, and is watched when they do. */
export const BREAK_GLASS_ROLES = ['physician', 'nurse'] as const satisfies readonly Role[];

/** Everything that is allowed. What no line allows is denied. */
export const RULES: readonly Rule[] = [
  {
    id: 'ward-staff',
    roles: ['physician', 'nurse'],
    relationships: ['ward', 'discharged-72h', 'care-team'],
    purposes: CARE,
    actions: LOOK,
    resources: CHART,
    withhold: [],
    because: 'Ward staff read the patients who lie in their ward now, whose care team names them, or who left the ward within 72 hours.',
  },
  {
    id: 'ward-worklist',
    roles: ['physician', 'nurse', 'radiologist'],
    relationships: ['none'],
    purposes: CARE,
    actions: LOOK,
    resources: ['Worklist'],
    withhold: [],
    because: 'Clinicians open a worklist; it holds only patients whom another line lets them reach.',
  },
  {
    id: 'radiologist-study',
    roles: ['radiologist'],
    relationships: ['recent-study', 'care-team'],
    purposes: CARE,
    actions: LOOK,
    resources: CHART,
    withhold: [],
    because: 'A radiologist reads patients with a study of the last 30 days, or whose care team names them.',
  },
  {
    id: 'radiologist-second-look',
    roles: ['radiologist'],
    relationships: ['recent-study', 'care-team'],
    purposes: CARE,
    actions: ['read', 'search', 'update'],
    resources: ['Discordance'],
    withhold: [],
    because: 'A radiologist takes a second look where report and image contradict each other, and says how it ended.',
  },
  {
    id: 'source-writes',
    roles: ['integrator'],
    relationships: ['own-source', 'none'],
    purposes: CARE,
    actions: ['create', 'update'],
    resources: RECORD,
    withhold: [],
    because: 'A source sends patients, encounters, observations, reports and images.',
  },
  {
    id: 'source-reads-back',
    roles: ['integrator'],
    relationships: ['own-source'],
    purposes: CARE,
    actions: LOOK,
    resources: RECORD,
    withhold: [],
    because: 'A source reads back what it wrote, and nothing that others wrote: no score, which may rest on what others sent.',
  },
  {
    id: 'source-reconciles',
    roles: ['integrator'],
    relationships: ['none', 'own-source'],
    purposes: CARE,
    actions: LOOK,
    resources: ['ReconcileItem'],
    withhold: [],
    because: 'A source sees which of its arrivals wait for a person to match them.',
  },
  {
    id: 'own-record',
    roles: ['patient'],
    relationships: ['own-record'],
    purposes: ['PATRQT'],
    actions: LOOK,
    resources: RECORD,
    withhold: [],
    because: 'A patient reads their own record; a score is a clinician’s working aid and is not part of it.',
  },
  {
    id: 'own-consent',
    roles: ['patient'],
    relationships: ['own-record'],
    purposes: ['PATRQT'],
    actions: [...LOOK, 'create', 'update'],
    resources: ['Consent', 'Device'],
    withhold: [],
    because: 'A patient says who may use what, and which device may collect; nobody at the bedside reads why something is withheld.',
  },
  {
    id: 'source-consent',
    roles: ['integrator'],
    relationships: ['own-source', 'none'],
    purposes: CARE,
    actions: ['create'],
    resources: ['Consent'],
    withhold: [],
    because: 'A source passes on a consent that was given elsewhere.',
  },
  {
    id: 'source-consent-back',
    roles: ['integrator'],
    relationships: ['own-source'],
    purposes: CARE,
    actions: LOOK,
    resources: ['Consent'],
    withhold: [],
    because: 'A source reads back the consents it passed on.',
  },
  {
    id: 'break-glass',
    roles: BREAK_GLASS_ROLES,
    relationships: ['break-glass'],
    purposes: ['BTG', 'ETREAT'],
    actions: LOOK,
    resources: CHART,
    withhold: [],
    because: 'In an emergency an open grant of at most an hour lets its holder read one patient; it is announced and reviewed.',
  },
  {
    id: 'break-glass-ask',
    roles: BREAK_GLASS_ROLES,
    relationships: ['none'],
    purposes: ['TREAT', 'BTG', 'ETREAT'],
    actions: [...LOOK, 'create', 'update'],
    resources: ['BreakGlass'],
    withhold: [],
    because: 'Those who may break the glass look a patient up by identifier and birth date, ask for a grant with a reason, and end it.',
  },
  {
    id: 'break-glass-review',
    roles: ['privacy'],
    relationships: ['none'],
    purposes: ['HOPERAT'],
    actions: [...LOOK, 'update'],
    resources: ['BreakGlass'],
    withhold: [],
    because: 'The privacy officer reviews every grant; nobody closes the review of their own.',
  },
  {
    id: 'reach-view',
    roles: ['privacy', 'administrator'],
    relationships: ['none'],
    purposes: ['HOPERAT', 'HSYSADMIN'],
    actions: LOOK,
    resources: ['Reach'],
    withhold: [],
    because: 'Who can reach a patient and why is answered without opening the record.',
  },
  {
    id: 'administration',
    roles: ['administrator'],
    relationships: ['none'],
    purposes: ['HSYSADMIN'],
    actions: [...LOOK, 'create', 'update'],
    resources: ['Ward', 'Staff', 'CareTeam', 'Source'],
    withhold: [],
    because: 'An administrator keeps wards, staff, care teams and sources, and sees no patient.',
  },
  {
    id: 'erasure-officer',
    roles: ['privacy'],
    relationships: ['none'],
    purposes: ['HOPERAT'],
    actions: [...LOOK, 'create', 'update'],
    resources: ['Erasure', 'LegalHold'],
    withhold: [],
    because: 'The privacy officer asks for the erasure of a patient, confirms what a colleague asked for, and places legal holds.',
  },
  {
    id: 'erasure-second',
    roles: ['administrator'],
    relationships: ['none'],
    purposes: ['HSYSADMIN'],
    actions: [...LOOK, 'update'],
    resources: ['Erasure'],
    withhold: [],
    because: 'An administrator confirms an erasure as the second person, and sees no patient.',
  },
  {
    id: 'audit-officer',
    roles: ['privacy'],
    relationships: ['none'],
    purposes: ['HOPERAT'],
    actions: ['read', 'search', 'export', 'create'],
    resources: ['AuditEvent'],
    withhold: [],
    because: 'The privacy officer reads and exports the audit record, writes down what was disclosed outside, and sees no clinical data.',
  },
  {
    id: 'access-report-officer',
    roles: ['privacy'],
    relationships: ['none'],
    purposes: ['HOPERAT'],
    actions: ['read'],
    resources: ['AccessReport'],
    withhold: [],
    because: 'The privacy officer makes the reports about one patient: who looked, and to whom something was disclosed.',
  },
  {
    id: 'own-access-report',
    roles: ['patient'],
    relationships: ['own-record'],
    purposes: ['PATRQT'],
    actions: ['read'],
    resources: ['AccessReport'],
    withhold: [],
    because: 'A patient sees who looked at their record, and to whom it was disclosed.',
  },
  {
    id: 'model-steward',
    roles: ['steward'],
    relationships: ['none'],
    purposes: ['HOPERAT'],
    actions: ['read', 'search', 'update', 'execute'],
    resources: ['ModelBundle', 'Metrics'],
    withhold: [],
    because: 'The model steward looks after bundles and running figures, without patients.',
  },
  {
    id: 'own-session',
    roles: ROLES,
    relationships: ['none'],
    purposes: ['TREAT', 'HOPERAT', 'PATRQT', 'HSYSADMIN'],
    actions: LOOK,
    resources: ['Session'],
    withhold: [],
    because: 'Everyone who is signed in sees their own session.',
  },
  {
    id: 'machine-job',
    roles: 'any',
    relationships: ['job'],
    purposes: ['TREAT', 'HOPERAT'],
    actions: ['read', 'vread', 'search', 'create', 'update', 'execute'],
    resources: [...CHART, 'ReconcileItem', 'Worklist', 'Erasure'],
    withhold: [],
    because: 'A job of the worker reads one patient and stores the assessment; only the worker’s own database role has this relation.',
  },
];
