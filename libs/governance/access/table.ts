import type { AccessAction, Purpose, Relationship, ResourceKind, Role } from '@concord/core/ports';

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
    id: 'audit-officer',
    roles: ['privacy'],
    relationships: ['none'],
    purposes: ['HOPERAT'],
    actions: ['read', 'search', 'export'],
    resources: ['AuditEvent'],
    withhold: [],
    because: 'The privacy officer reads and exports the audit record, and no clinical data.',
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
    roles: ['physician', 'nurse', 'radiologist', 'integrator', 'privacy', 'steward', 'administrator', 'patient'],
    relationships: ['none'],
    purposes: ['TREAT', 'HOPERAT', 'PATRQT'],
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
    resources: [...CHART, 'ReconcileItem', 'Worklist'],
    withhold: [],
    because: 'A job of the worker reads one patient and stores the assessment; only the worker’s own database role has this relation.',
  },
];
