import type { Metadata } from 'next';
import { auditHeadSchema, auditPeopleSchema, type AuditPeople } from '@concord/contracts';
import { count, Plate } from '@concord/ui';
import type { Answer } from '../../api/answer.ts';
import { ask } from '../../api/server.ts';
import { paths } from '../../api/paths.ts';
import { AuditTable } from '../../audit/audit-table.tsx';
import { auditBundleSchema, auditLine, PURPOSE_CODES, purposeWord, type AuditLine } from '../../audit/event.ts';
import { auditQuery, exportQuery, filtersOf, type AuditFilters } from '../../audit/filters.ts';
import { ExportLinks } from '../../audit/export-links.tsx';
import { PeopleTable } from '../../audit/people-table.tsx';
import { ProofPane } from '../../audit/proof-pane.tsx';
import { Frame } from '../../frame/frame.tsx';
import { openPage } from '../../frame/open-page.tsx';

export const metadata: Metadata = { title: 'Who saw what, Concord' };

/** More lines than this are not read on a screen; the NDJSON holds them all. */
const SHOWN = 200;

interface Props {
  readonly searchParams: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;
}

/** The officer's search. Each reading is itself recorded. */
export default async function WhoSawWhat({ searchParams }: Props) {
  const filters = filtersOf(await searchParams);
  const page = await openPage('The search', ({ timeZone }) => ask(paths.audit(auditQuery(filters, timeZone)), auditBundleSchema));
  if (page.instead !== null) return page.instead;
  const { session, value } = page;
  const query = auditQuery(filters, session.timeZone);
  const [head, people] = await Promise.all([
    ask(paths.auditHead, auditHeadSchema),
    filters.patient === '' ? null : ask(paths.auditPeople(query), auditPeopleSchema),
  ]);
  const lines = (value.entry ?? []).map((entry) => auditLine(entry.resource)).sort((a, b) => b.atMs - a.atMs);
  const total = value.total ?? lines.length;
  return (
    <Frame session={session} nowMs={Date.now()} current="/who-saw-what" keys={[]}>
      <main className="page" id="main">
        <Head shown={Math.min(lines.length, SHOWN)} total={total} patient={filters.patient} query={query} />
        <Filters filters={filters} />
        <div className="split">
          <Events lines={lines} people={people} zone={session.timeZone} />
          <ProofPane
            head={head.kind === 'ok' ? head.value : null}
            nowMs={Date.now()}
            zone={session.timeZone}
            exportQuery={exportQuery(filters, session.timeZone)}
            isWider={filters.purpose !== '' || filters.outcome !== ''}
            openReviews={session.openReviews ?? 0}
          />
        </div>
      </main>
    </Frame>
  );
}

interface EventsProps {
  readonly lines: readonly AuditLine[];
  /** Null when the search is about no one patient. */
  readonly people: Answer<AuditPeople> | null;
  readonly zone: string;
}

function Events({ lines, people, zone }: EventsProps) {
  if (lines.length === 0)
    return (
      <Plate title="No events">
        <p>Nothing was recorded that fits this search. Leave a field empty to ask for more.</p>
      </Plate>
    );
  return (
    <div>
      {people?.kind === 'ok' && <PeopleTable people={people.value.people} zone={zone} />}
      {people !== null && people.kind !== 'ok' && (
        <p role="alert">Who saw this patient could not be counted just now. The events below may not be all: ask again.</p>
      )}
      <AuditTable lines={lines.slice(0, SHOWN)} zone={zone} />
    </div>
  );
}

interface HeadProps {
  readonly shown: number;
  readonly total: number;
  readonly patient: string;
  readonly query: string;
}

function Head({ shown, total, patient, query }: HeadProps) {
  return (
    <div className="head">
      <div>
        <h1>{patient ? 'Who saw this patient, and why' : 'Who saw what, and why'}</h1>
        <p>
          <b>{total > shown ? `Newest ${count(shown)} of ${count(total)} events` : `${count(shown)} events`}</b>
          {'. '}
          <span className="two">Names of patients do not stand in this log. This search was recorded too.</span>
        </p>
      </div>
      <ExportLinks query={query} patient={patient} />
    </div>
  );
}

function Filters({ filters }: { readonly filters: AuditFilters }) {
  return (
    <form className="filters" method="get" action="/who-saw-what" role="search">
      <Field name="patient" label="Patient (opaque id)" value={filters.patient} />
      <Field name="user" label="User" value={filters.user} />
      <Field name="from" label="From" value={filters.from} type="datetime-local" />
      <Field name="to" label="To, not included" value={filters.to} type="datetime-local" />
      <Choice name="purpose" label="Purpose" value={filters.purpose} options={PURPOSE_CODES.map((code) => [code, purposeWord(code)] as const)} />
      <Choice
        name="outcome"
        label="Outcome"
        value={filters.outcome}
        options={[
          ['0', 'allowed'],
          ['4', 'refused'],
          ['8', 'failed'],
        ]}
      />
      <button type="submit" className="btn-main">
        Search
      </button>
    </form>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly type?: string;
}

function Field({ name, label, value, type = 'text' }: FieldProps) {
  return (
    <div>
      <label htmlFor={`f-${name}`}>{label}</label>
      <input id={`f-${name}`} name={name} type={type} defaultValue={value} placeholder={type === 'text' ? 'any' : undefined} autoComplete="off" />
    </div>
  );
}

interface ChoiceProps extends FieldProps {
  readonly options: readonly (readonly [value: string, word: string])[];
}

function Choice({ name, label, value, options }: ChoiceProps) {
  return (
    <div>
      <label htmlFor={`f-${name}`}>{label}</label>
      <select id={`f-${name}`} name={name} defaultValue={value}>
        <option value="">any</option>
        {options.map(([code, word]) => (
          <option key={code} value={code}>
            {word}
          </option>
        ))}
      </select>
    </div>
  );
}
