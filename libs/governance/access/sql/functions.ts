import type { ResourceKind } from '@concord/core/ports';
import { enter } from './enter.ts';
import { LOOKS, type Standing } from './facts.ts';
import { handsOf, ownKeys, reached, reachIds, reachOf, relationsLeft, tended, withheldOf } from './reach.ts';
import type { FunctionSpec } from './statement.ts';
import { jobId, namedIds, namedKeys, openedIds, openGrant, source } from './named.ts';

const FLAG = 'RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE';
const ONE = 'RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE';
const MANY = 'RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 100';

const standing = (name: Standing, about: string): FunctionSpec => ({
  name,
  args: '',
  returns: FLAG,
  about,
  body: (facts) => ` SELECT ${facts.standing(name)} `,
});
const plain = (name: string, returns: string, about: string, body: FunctionSpec['body']): FunctionSpec => ({ name, args: '', returns, about, body });
const RECORD: ResourceKind = 'Patient';
const CARE: ResourceKind = 'RiskAssessment';

/** Every function that holds a fact of the table, in an order in which each finds the ones it asks. */
export const FUNCTIONS: readonly FunctionSpec[] = [
  standing('breaks_glass', 'Who may break the glass, while they say that this is what they do.'),
  standing('is_officer', 'Who reads the record of accesses.'),
  standing('administers', 'Who keeps wards, staff, teams and sources.'),
  standing('is_second', 'Who may confirm the erasure that another asked for.'),
  standing('looks_again', 'Who says how a contradiction between report and film ended.'),
  standing('is_steward', 'Who looks after bundles and their validations.'),
  plain(
    'source',
    'RETURNS text LANGUAGE sql STABLE PARALLEL SAFE',
    'The source on whose behalf this transaction writes and reads back; NULL for everyone else.',
    source,
  ),
  plain('job_id', ONE, 'The one patient of the worker’s job, while its purpose is one for which our own machine works.', jobId),
  {
    name: 'hands_of',
    args: 'wards text[]',
    returns: 'RETURNS text[] LANGUAGE plpgsql STABLE',
    about: 'In whose hands a grant must lie to be the actor’s: roles and purpose decide which kinds count at all.',
    body: handsOf,
  },
  plain(
    'relations',
    'RETURNS TABLE (patient_key uuid, relationship text) LANGUAGE plpgsql STABLE ROWS 100',
    'The relations that are left once consent and label have struck theirs.',
    relationsLeft,
  ),
  plain('reach', MANY, 'Whom a request reaches that names nobody; nobody, once it names one.', (facts) => reachOf(facts.relations(RECORD, LOOKS))),
  plain('reach_care', MANY, 'The same for what is a clinician’s working aid and no part of one’s own record.', (facts) =>
    reachOf(facts.relations(CARE, LOOKS)),
  ),
  plain('reach_ids', MANY, 'The same as the first, by the id that the outside knows.', (facts) => reachIds(facts.relations(RECORD, LOOKS))),
  plain('reached_key', ONE, 'The one patient of the request, while a relation is left.', (facts) => reached(facts.relations(RECORD, LOOKS), 'scope_key')),
  plain('reached_id', ONE, 'The same by the id that the outside knows.', (facts) => reached(facts.relations(RECORD, LOOKS), 'scope_id')),
  plain('reached_care_key', ONE, 'The same for what is a clinician’s working aid.', (facts) => reached(facts.relations(CARE, LOOKS), 'scope_key')),
  plain('tended_key', ONE, 'The one patient of the request, while its maker works at that patient’s bed: a look after discharge changes nothing.', tended),
  plain('own_keys', 'RETURNS SETOF uuid LANGUAGE sql STABLE', 'Those who say themselves what may be used of theirs.', ownKeys),
  {
    name: 'withheld_of',
    args: 'pseudonym uuid',
    returns: 'RETURNS TABLE (patient_key uuid, data_class text) LANGUAGE sql STABLE',
    about: 'What consent withholds of one patient, for the uses of this transaction; `*` is said class by class.',
    body: withheldOf,
  },
  plain(
    'named_ids',
    'RETURNS uuid[] LANGUAGE plpgsql STABLE',
    'Pairs shown because something names the patient by id; the one that the record or a request’s beginning names is the policy’s own arm.',
    namedIds,
  ),
  plain(
    'named_keys',
    MANY,
    'Pairs shown by pseudonym: to a source whom it wrote about, to the officer the patients of events and of emergency grants.',
    namedKeys,
  ),
  plain(
    'opened_ids',
    MANY,
    'Whose keys are shown for more than reading: for free text of the record, to a source, to the officer, and to whoever found a patient by identifier a moment ago.',
    openedIds,
  ),
  {
    name: 'open_grant',
    args: 'about uuid, OUT id uuid, OUT purpose text',
    returns: 'LANGUAGE plpgsql STABLE',
    about: 'The emergency grant of the actor that is open now; of this patient, where there is one.',
    body: openGrant,
  },
  enter,
];
