import { GRANT_MINUTES, LOOK_UP_MINUTES } from '../break-glass.ts';
import { ANY, isOneOf, LOOKS, type Facts } from './facts.ts';
import { allOf, type PolicySpec } from './statement.ts';

const ISSUER = "(SELECT app.setting('issuer'))";
const SUBJECT = "(SELECT app.setting('subject'))";
const IN_MY_NAME = `issuer = ${ISSUER} AND subject = ${SUBJECT}`;
const ABOUT_THE_ONE = 'patient_key = (SELECT app.kept_key())';
const KEPT_TEAM = "basis IN (SELECT t.id FROM care_teams t WHERE t.source_id = 'administration')";
const NO_HOLD = 'NOT EXISTS (SELECT FROM legal_holds h WHERE h.patient_id = erasure_requests.patient_id AND h.lifted_at IS NULL)';
const REQUESTER = "requester = (SELECT app.setting('issuer') || ' ' || app.setting('subject'))";
const SOUGHT = "value_index = (SELECT decode(app.setting('lookup'), 'hex'))";

/** Nobody changes their own rights, where the table says so. */
function notMyself(facts: Facts, whose: string): string {
  return facts.strikes('concerns-self').includes('none') ? whose : 'true';
}

const seeks = (facts: Facts): string => facts.may('BreakGlass', ['create'], 'none');
const reviews = (facts: Facts): string => facts.may('EmergencyReview', ['update'], 'none');
/** Whose reach is asked for, or whose team is kept: of one patient. */
const asksWhoReaches = (facts: Facts): string => facts.may(['Reach', 'CareTeam'], ['read', 'create'], 'none');
const keepsTeams = (facts: Facts): string => facts.may('CareTeam', ['create'], 'none');

const EMERGENCY: readonly PolicySpec[] = [
  { table: 'patient_identifiers', name: 'sought', command: 'SELECT', to: 'app_rw', using: (facts) => allOf(seeks(facts), SOUGHT) },
  {
    table: 'patient_versions',
    name: 'sought',
    command: 'SELECT',
    to: 'app_rw',
    using: (facts) => allOf(seeks(facts), 'patient_id IN (SELECT s FROM app.sought_ids() s)'),
  },
  { table: 'emergency_lookups', name: 'counted', command: 'SELECT', to: 'app_rw', using: (facts) => allOf(seeks(facts), SOUGHT) },
  {
    table: 'emergency_lookups',
    name: 'writes',
    command: 'INSERT',
    to: 'app_rw',
    check: (facts) =>
      allOf(
        seeks(facts),
        IN_MY_NAME,
        'patient_key IS NULL OR patient_key IN (SELECT l.patient_key FROM patient_links l JOIN patient_identifiers i ON i.patient_id = l.patient_id WHERE i.value_index = emergency_lookups.value_index)',
      ),
  },
  // Only for a patient found by this person a moment ago, from now on, and never where consent strikes the relation.
  {
    table: 'emergency_grants',
    name: 'writes',
    command: 'INSERT',
    to: 'app_rw',
    check: (facts) =>
      allOf(
        seeks(facts),
        IN_MY_NAME,
        "purpose = (SELECT app.setting('purpose'))",
        `starts_at <= now() AND ends_at <= now() + interval '${GRANT_MINUTES} minutes'`,
        `patient_key IN (SELECT l.patient_key FROM emergency_lookups l WHERE l.issuer = ${ISSUER} AND l.subject = ${SUBJECT} AND l.looked_at > now() - interval '${LOOK_UP_MINUTES} minutes')`,
        facts.strikes('barred').includes('break-glass') ? 'patient_key NOT IN (SELECT b FROM app.barred() b)' : 'true',
      ),
  },
  {
    table: 'emergency_ends',
    name: 'returns',
    command: 'INSERT',
    to: 'app_rw',
    check: (facts) =>
      allOf(
        facts.may('BreakGlass', ['update'], 'none'),
        `how = 'returned' AND grant_id IN (SELECT g.id FROM emergency_grants g WHERE g.issuer = ${ISSUER} AND g.subject = ${SUBJECT})`,
      ),
  },
  { table: 'emergency_grants', name: 'reviewed', command: 'SELECT', to: 'app_rw', using: (facts) => facts.may('EmergencyReview', LOOKS, 'none') },
  // Closed by the officer, and by nobody for themselves.
  {
    table: 'emergency_reviews',
    name: 'closes',
    command: 'INSERT',
    to: 'app_rw',
    check: (facts) =>
      allOf(reviews(facts), IN_MY_NAME, `grant_id IN (SELECT g.id FROM emergency_grants g WHERE NOT (g.issuer = ${ISSUER} AND g.subject = ${SUBJECT}))`),
  },
  { table: 'reading_alerts', name: 'officer_reads', command: 'SELECT', to: 'app_rw', using: (facts) => facts.may('EmergencyReview', LOOKS, 'none') },
  {
    table: 'reading_alerts',
    name: 'officer_sees',
    command: 'UPDATE',
    to: 'app_rw',
    using: (facts) => allOf(reviews(facts), "seen_by IS NULL AND issuer || '|' || subject <> (SELECT app.me())"),
    check: () => 'seen_by = (SELECT app.me())',
  },
];

const RECORD_OF_ACCESSES: readonly PolicySpec[] = [
  { table: 'audit_events', name: 'officer_reads', command: 'SELECT', to: 'app_rw', using: (facts) => facts.may('AuditEvent', LOOKS, 'none') },
  // A patient sees who looked: the events about the person whose own record it is, and nobody else's.
  {
    table: 'audit_events',
    name: 'own_report',
    command: 'SELECT',
    to: 'app_rw',
    using: (facts) =>
      allOf(
        facts.may('AccessReport', LOOKS, 'own-record'),
        `patient_key IN (SELECT r.patient_key FROM app.relations() r WHERE ${isOneOf('r.relationship', facts.relations('AccessReport', LOOKS))})`,
      ),
  },
  { table: 'audit_exports', name: 'asks', command: 'INSERT', to: 'app_rw', check: (facts) => allOf(facts.may('AuditEvent', ['export'], 'none'), REQUESTER) },
  { table: 'audit_exports', name: 'own', command: 'SELECT', to: 'app_rw', using: (facts) => allOf(facts.may('AuditEvent', ['export'], 'none'), REQUESTER) },
];

const ERASURE: readonly PolicySpec[] = [
  // Whoever may confirm an erasure has to see that no hold forbids it.
  { table: 'legal_holds', name: 'reads', command: 'SELECT', to: 'app_rw', using: (facts) => facts.may(['LegalHold', 'Erasure'], ['read', 'update'], 'none') },
  {
    table: 'legal_holds',
    name: 'places',
    command: 'INSERT',
    to: 'app_rw',
    check: (facts) => allOf(facts.may('LegalHold', ['create'], 'none'), 'placed_by = (SELECT app.me())'),
  },
  {
    table: 'legal_holds',
    name: 'lifts',
    command: 'UPDATE',
    to: 'app_rw',
    using: (facts) => facts.may('LegalHold', ['update'], 'none'),
    check: () => 'lifted_by = (SELECT app.me())',
  },
  {
    table: 'legal_holds',
    name: 'job_reads',
    command: 'SELECT',
    to: 'app_worker',
    using: (facts) => facts.byJob('Erasure', ANY, 'patient_id = (SELECT app.job_id())'),
  },
  { table: 'erasure_requests', name: 'reads', command: 'SELECT', to: 'app_rw', using: (facts) => facts.may('Erasure', LOOKS, 'none') },
  {
    table: 'erasure_requests',
    name: 'asks',
    command: 'INSERT',
    to: 'app_rw',
    check: (facts) => allOf(facts.may('Erasure', ['create'], 'none'), "state = 'requested' AND requested_by = (SELECT app.me())", NO_HOLD),
  },
  {
    table: 'erasure_requests',
    name: 'confirms',
    command: 'UPDATE',
    to: 'app_rw',
    using: (facts) => allOf(facts.may('Erasure', ['update'], 'none'), "state = 'requested'"),
    check: () => `state = 'withdrawn' OR (state = 'confirmed' AND confirmed_by = (SELECT app.me()) AND requested_by <> (SELECT app.me()) AND ${NO_HOLD})`,
  },
  {
    table: 'erasure_requests',
    name: 'job_reads',
    command: 'SELECT',
    to: 'app_worker',
    using: (facts) => facts.byJob('Erasure', ANY, 'patient_id = (SELECT app.job_id())'),
  },
];

const HOUSE: readonly PolicySpec[] = [
  ...(['Ward', 'Source'] as const).flatMap((kind): readonly PolicySpec[] => [
    { table: `${kind.toLowerCase()}s`, name: 'keeps', command: 'INSERT', to: 'app_rw', check: (facts) => facts.may(kind, ['create'], 'none') },
    { table: `${kind.toLowerCase()}s`, name: 'changes', command: 'UPDATE', to: 'app_rw', using: (facts) => facts.may(kind, ['update'], 'none') },
  ]),
  ...['ward_staff', 'staff'].flatMap((table): readonly PolicySpec[] => [
    {
      table,
      name: 'keeps',
      command: 'INSERT',
      to: 'app_rw',
      check: (facts) => allOf(facts.may('Staff', ['create'], 'none'), notMyself(facts, `NOT (${IN_MY_NAME})`)),
    },
    {
      table,
      name: 'changes',
      command: 'UPDATE',
      to: 'app_rw',
      using: (facts) => allOf(facts.may('Staff', ['update'], 'none'), notMyself(facts, `NOT (${IN_MY_NAME})`)),
    },
  ]),
  { table: 'access_grants', name: 'reached', command: 'SELECT', to: 'app_rw', using: (facts) => allOf(asksWhoReaches(facts), ABOUT_THE_ONE) },
  // Care teams that an administrator keeps: of the one patient, and never with themselves in it.
  {
    table: 'care_teams',
    name: 'administers',
    command: 'ALL',
    to: 'app_rw',
    using: (facts) => allOf(keepsTeams(facts), "source_id = 'administration'", ABOUT_THE_ONE),
  },
  {
    table: 'care_team_members',
    name: 'administers',
    command: 'ALL',
    to: 'app_rw',
    using: (facts) => allOf(keepsTeams(facts), "source_id = 'administration'", ABOUT_THE_ONE),
    check: (facts) => allOf(keepsTeams(facts), "source_id = 'administration'", ABOUT_THE_ONE, notMyself(facts, `NOT (${IN_MY_NAME})`)),
  },
  {
    table: 'access_grants',
    name: 'administers',
    command: 'INSERT',
    to: 'app_rw',
    check: (facts) =>
      allOf(keepsTeams(facts), "relationship = 'care-team'", ABOUT_THE_ONE, KEPT_TEAM, notMyself(facts, `holder <> 'team:' || ${ISSUER} || '|' || ${SUBJECT}`)),
  },
  { table: 'access_grants', name: 'administers_ends', command: 'DELETE', to: 'app_rw', using: (facts) => allOf(keepsTeams(facts), ABOUT_THE_ONE, KEPT_TEAM) },
  // Only a radiologist says how a contradiction ends, in their own name, of a patient whom they reach as one.
  {
    table: 'concordance_reviews',
    name: 'reviews',
    command: 'INSERT',
    to: 'app_rw',
    check: (facts) =>
      allOf(facts.may('Discordance', ['update']), `subject = ${SUBJECT}`, facts.reachedBy(facts.relations('Discordance', ['update']), 'patient_key')),
  },
  {
    table: 'local_validations',
    name: 'writes',
    command: 'INSERT',
    to: 'app_rw',
    check: (facts) => allOf(facts.may('ModelBundle', ['update'], 'none'), `subject = ${SUBJECT}`),
  },
  {
    table: 'local_validations',
    name: 'withdraws',
    command: 'UPDATE',
    to: 'app_rw',
    using: (facts) => allOf(facts.may('ModelBundle', ['update'], 'none'), 'withdrawn_at IS NULL'),
    check: () => 'withdrawn_at IS NOT NULL',
  },
];

/** Every policy about the house and its desks into which the table's words go. */
export const HOUSE_POLICIES: readonly PolicySpec[] = [...EMERGENCY, ...RECORD_OF_ACCESSES, ...ERASURE, ...HOUSE];
