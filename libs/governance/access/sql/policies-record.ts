import type { ResourceKind } from '@concord/core/ports';
import { classOfModality, LOOKS, type Facts } from './facts.ts';
import { allOf, anyOf, type PolicySpec } from './statement.ts';

/** Rows about a patient, keyed by the pseudonym, and as which resource of the table they are read. */
const SENT: Readonly<Record<string, ResourceKind>> = {
  encounters: 'Encounter',
  encounter_locations: 'Encounter',
  observations: 'Observation',
  device_links: 'Observation',
  reports: 'DiagnosticReport',
  imaging_studies: 'ImagingStudy',
  imaging_series: 'ImagingStudy',
  imaging_instances: 'ImagingStudy',
};
/** Of these a version is closed by the next one; a device's link is closed by the next patient's (policy of its own). */
const CLOSED = ['encounters', 'observations', 'reports', 'imaging_studies', 'imaging_instances'];
/** The patient's own rows, by the column that holds the id the outside knows. */
const OWN: Readonly<Record<string, string>> = {
  patients: 'id',
  patient_versions: 'patient_id',
  patient_identifiers: 'patient_id',
  patient_search_terms: 'patient_id',
  patient_keys: 'patient_id',
  patient_links: 'patient_id',
};
/** What our own machine works out, and what it keeps beside it. */
const SCORED = ['assessments', 'evidence', 'concordances', 'concordance_reviews', 'region_checks'];
/** Rows whose class of data a consent may withhold: by the class, or by the modality of each row. A score's parts belong to no source. */
const WITHHELD: Readonly<Record<string, { readonly dataClass: string; readonly sent: boolean }>> = {
  // Also while it is held for a person to say whose it is.
  observations: { dataClass: classOfModality('coalesce(modality, held_modality)'), sent: true },
  reports: { dataClass: "'radiology-report'", sent: true },
  imaging_studies: { dataClass: "'chest-imaging'", sent: true },
  imaging_series: { dataClass: "'chest-imaging'", sent: true },
  imaging_instances: { dataClass: "'chest-imaging'", sent: true },
  evidence: { dataClass: classOfModality('modality'), sent: false },
  region_checks: { dataClass: classOfModality('modality'), sent: false },
};

const THEIRS_BY_KEY = 'patient_key = ANY ((SELECT app.write_keys())::uuid[])';
const theirsById = (column: string): string => `${column} = ANY ((SELECT app.write_ids())::uuid[])`;
const JOB_KEY = 'patient_key = (SELECT app.job_key())';

/** Read by who reaches the patient and by the source that wrote it; written by a source for a patient it matched; read by the worker for its job's. */
function sent(table: string, kind: ResourceKind): readonly PolicySpec[] {
  return [
    {
      table,
      name: 'reads',
      command: 'SELECT',
      to: 'app_rw',
      using: (facts) => anyOf(facts.reached(kind, LOOKS, 'patient_key'), facts.bySource(kind, LOOKS)),
    },
    { table, name: 'writes', command: 'INSERT', to: 'app_rw', check: (facts) => allOf(facts.bySource(kind, ['create'], 'none'), THEIRS_BY_KEY) },
    { table, name: 'job_reads', command: 'SELECT', to: 'app_worker', using: (facts) => facts.byJob(kind, LOOKS, JOB_KEY) },
    ...(CLOSED.includes(table)
      ? [
          {
            table,
            name: 'closes',
            command: 'UPDATE',
            to: 'app_rw',
            using: (facts) => allOf(facts.bySource(kind, ['update']), THEIRS_BY_KEY),
          } satisfies PolicySpec,
        ]
      : []),
  ];
}

function own(table: string, column: string): readonly PolicySpec[] {
  return [
    { table, name: 'job_reads', command: 'SELECT', to: 'app_worker', using: (facts) => facts.byJob('Patient', LOOKS, `${column} = (SELECT app.job_id())`) },
    { table, name: 'writes', command: 'INSERT', to: 'app_rw', check: (facts) => allOf(facts.bySource('Patient', ['create'], 'none'), theirsById(column)) },
    // The pair of id and pseudonym is shown to more: a denial is recorded under the pseudonym.
    ...(table === 'patient_links'
      ? []
      : [{ table, name: 'reads', command: 'SELECT', to: 'app_rw', using: (facts) => ownReads(table, column, facts) } satisfies PolicySpec]),
  ];
}

function ownReads(table: string, column: string, facts: Facts): string {
  const more = table === 'patient_keys' ? 'patient_id IN (SELECT o FROM app.opened_ids() o)' : 'false';
  return anyOf(facts.reachedById(column), facts.bySource('Patient', LOOKS), more);
}

function scored(table: string): readonly PolicySpec[] {
  return [
    { table, name: 'reads', command: 'SELECT', to: 'app_rw', using: (facts) => facts.reached('RiskAssessment', LOOKS, 'patient_key') },
    { table, name: 'job_reads', command: 'SELECT', to: 'app_worker', using: (facts) => facts.byJob('RiskAssessment', LOOKS, JOB_KEY) },
    ...(table === 'concordance_reviews'
      ? []
      : [
          {
            table,
            name: 'job_writes',
            command: 'INSERT',
            to: 'app_worker',
            check: (facts) => facts.byJob('RiskAssessment', ['create'], JOB_KEY),
          } satisfies PolicySpec,
        ]),
  ];
}

/** Consent outweighs every relation. A source goes on reading what it wrote itself: it has it anyway, and must know it to recognise a repeat. */
function withheld([table, { dataClass, sent: isSent }]: readonly [string, (typeof WITHHELD)[string]]): PolicySpec {
  const kept = `(patient_key, ${dataClass}) NOT IN (SELECT w.patient_key, w.data_class FROM app.withheld() w)`;
  const using = (): string => (isSent ? `source_id = (SELECT app.source()) OR ${kept}` : kept);
  return { table, name: 'consent', command: 'SELECT', to: isSent ? 'app_rw, app_worker' : 'app_rw', restrictive: true, using };
}

/** Of the one patient at whose bed the asker works. */
const tended = (facts: Facts): string => (facts.who('DeviceTurn', ['update']).length === 0 ? 'false' : 'patient_key = (SELECT app.tended_key())');
const IN_OWN_NAME = "issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject'))";

/** Who works at the bed says that a device is not on the patient, and that it is again. */
const DEVICE_ENDS: readonly PolicySpec[] = [
  { table: 'device_ends', name: 'reads', command: 'SELECT', to: 'app_rw', using: (facts) => facts.reached('RiskAssessment', LOOKS, 'patient_key') },
  { table: 'device_ends', name: 'ends', command: 'INSERT', to: 'app_rw', check: (facts) => allOf(tended(facts), IN_OWN_NAME) },
  { table: 'device_ends', name: 'lifts', command: 'UPDATE', to: 'app_rw', using: tended },
];

/** Consents and their lines: the patient's own word, and a source that passes one on. */
function said(table: string): readonly PolicySpec[] {
  const by = (act: 'create' | 'update') => (facts: Facts) => {
    const own = allOf('source_id IS NULL', facts.reached('Consent', [act], 'patient_key'));
    const passed = allOf(facts.bySource('Consent', ['create'], 'none'), THEIRS_BY_KEY);
    return anyOf(...[own, passed].map((arm) => (arm === 'false' ? arm : `(${arm})`)));
  };
  return [
    { table, name: 'writes', command: 'INSERT', to: 'app_rw', check: by('create') },
    { table, name: 'closes', command: 'UPDATE', to: 'app_rw', using: by('update') },
  ];
}

/** Every policy about rows of patients into which the table's words go. */
export const RECORD_POLICIES: readonly PolicySpec[] = [
  ...Object.entries(SENT).flatMap(([table, kind]) => sent(table, kind)),
  ...Object.entries(OWN).flatMap(([table, column]) => own(table, column)),
  ...SCORED.flatMap(scored),
  ...Object.entries(WITHHELD).map(withheld),
  ...['consents', 'consent_denials'].flatMap(said),
  ...DEVICE_ENDS,
  {
    table: 'patients',
    name: 'raises_own',
    command: 'UPDATE',
    to: 'app_rw',
    using: (facts) => (facts.relations('Consent', ['create']).length === 0 ? 'false' : 'id IN (SELECT o FROM app.own_ids() o)'),
  },
  {
    table: 'patient_versions',
    name: 'closes',
    command: 'UPDATE',
    to: 'app_rw',
    using: (facts) => allOf(facts.bySource('Patient', ['update']), theirsById('patient_id')),
  },
  { table: 'device_links', name: 'closes', command: 'UPDATE', to: 'app_rw', using: (facts) => facts.bySource('Observation', ['update']) },
  // What waits to be matched is opened and compared by who erases: it may name the patient.
  {
    table: 'reconcile_items',
    name: 'erases',
    command: 'SELECT',
    to: 'app_worker',
    using: (facts) => facts.byJob('ReconcileItem', LOOKS, '(SELECT app.is_erasing())'),
  },
  { table: 'assessments', name: 'job_withdraws', command: 'UPDATE', to: 'app_worker', using: (facts) => facts.byJob('RiskAssessment', ['update'], JOB_KEY) },
  {
    table: 'blobs',
    name: 'reads',
    command: 'SELECT',
    to: 'app_rw',
    using: (facts) => anyOf(facts.reached('ImagingStudy', LOOKS, 'patient_key'), facts.bySource('ImagingStudy', LOOKS)),
  },
  {
    table: 'blobs',
    name: 'writes',
    command: 'INSERT',
    to: 'app_rw',
    check: (facts) => allOf(facts.bySource('ImagingStudy', ['create'], 'none'), `(patient_key IS NULL OR ${THEIRS_BY_KEY})`),
  },
  { table: 'blobs', name: 'job_reads', command: 'SELECT', to: 'app_worker', using: (facts) => facts.byJob('ImagingStudy', LOOKS, JOB_KEY) },
  {
    table: 'consents',
    name: 'reads',
    command: 'SELECT',
    to: 'app_rw',
    using: (facts) => anyOf(facts.reached('Consent', LOOKS, 'patient_key'), facts.bySource('Consent', LOOKS)),
  },
  { table: 'device_pauses', name: 'own', command: 'ALL', to: 'app_rw', using: (facts) => facts.reached('Device', ['create'], 'patient_key') },
  { table: 'reconcile_items', name: 'own', command: 'ALL', to: 'app_rw', using: (facts) => facts.bySource('ReconcileItem', LOOKS, 'none') },
];
