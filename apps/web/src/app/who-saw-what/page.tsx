import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { auditHeadSchema } from '@concord/contracts';
import { count, Plate } from '@concord/ui';
import { ask, sessionOrSignIn } from '../../api/server.ts';
import { paths } from '../../api/paths.ts';
import { AuditTable } from '../../audit/audit-table.tsx';
import { auditBundleSchema, auditLine, PURPOSE_CODES, purposeWord, type AuditLine } from '../../audit/event.ts';
import { auditQuery, exportQuery, filtersOf, type AuditFilters } from '../../audit/filters.ts';
import { ExportLinks } from '../../audit/export-links.tsx';
import { peopleIn } from '../../audit/people.ts';
import { PeopleTable } from '../../audit/people-table.tsx';
import { ProofPane } from '../../audit/proof-pane.tsx';
import { FailedPage } from '../../frame/failed-page.tsx';
import { Frame } from '../../frame/frame.tsx';

export const metadata: Metadata = { title: 'Who saw what, Concord' };

/** More lines than this are not read on a screen; the NDJSON holds them all. */
const SHOWN = 200;

interface Props {
  readonly searchParams: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;
}

/** The officer's search. Reading it is itself recorded, once for each search. */
export default async function WhoSawWhat({ searchParams }: Props) {
  const session = await sessionOrSignIn();
  if (!session) return <FailedPage session={null} reference={null} what="This page" />;
  const filters = filtersOf(await searchParams);
  const query = auditQuery(filters, session.timeZone);
  const [answer, head] = await Promise.all([ask(paths.audit(query), auditBundleSchema), ask(paths.auditHead, auditHeadSchema)]);
  if (answer.kind === 'signed-out') redirect('/sign-in');
  if (answer.kind === 'nothing') notFound();
  if (answer.kind === 'failed') return <FailedPage session={session} reference={answer.reference} what="The search" />;
  const lines = (answer.value.entry ?? []).map((entry) => auditLine(entry.resource)).sort((a, b) => b.atMs - a.atMs);
  const total = answer.value.total ?? lines.length;
  return (
    <Frame session={session} nowMs={Date.now()} current="/who-saw-what" keys={[]}>
      <main className="page" id="main">
        <Head lines={lines} total={total} patient={filters.patient} query={query} />
        <Filters filters={filters} />
        <div className="split">
          <Events lines={lines} isOfPatient={filters.patient !== ''} zone={session.timeZone} />
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
  readonly isOfPatient: boolean;
  readonly zone: string;
}

function Events({ lines, isOfPatient, zone }: EventsProps) {
  if (lines.length === 0)
    return (
      <Plate title="No events">
        <p>Nothing was recorded that fits this search. Leave a field empty to ask for more.</p>
      </Plate>
    );
  return (
    <div>
      {isOfPatient && <PeopleTable people={peopleIn(lines)} zone={zone} />}
      <AuditTable lines={lines.slice(0, SHOWN)} zone={zone} />
    </div>
  );
}

interface HeadProps {
  readonly lines: readonly AuditLine[];
  readonly total: number;
  readonly patient: string;
  readonly query: string;
}

function Head({ lines, total, patient, query }: HeadProps) {
  const shown = Math.min(lines.length, SHOWN);
  const people = new Set(lines.map((line) => line.login)).size;
  const refused = lines.filter((line) => line.outcome === 'refused').length;
  return (
    <div className="head">
      <div>
        <h1>{patient ? 'Who saw this patient, and why' : 'Who saw what, and why'}</h1>
        <p>
          <b>{total > shown ? `Newest ${count(shown)} of ${count(total)} events` : `${count(shown)} events`}</b>
          {`, by ${String(people)} ${people === 1 ? 'user or machine' : 'users and machines'}, ${String(refused)} refused. `}
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
