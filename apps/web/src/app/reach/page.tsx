import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { reachSchema, staffSchema, type Reach, type Session } from '@concord/contracts';
import { Plate, stamp } from '@concord/ui';
import { TeamForm } from '../../access/administration-forms.tsx';
import { ask } from '../../api/server.ts';
import { paths } from '../../api/paths.ts';
import { Frame } from '../../frame/frame.tsx';
import { openSession } from '../../frame/open-page.tsx';

export const metadata: Metadata = { title: 'Who can reach whom, Concord' };

const RELATIONS: Readonly<Record<string, string>> = {
  ward: 'lies in their ward',
  'discharged-72h': 'left their ward within 72 hours',
  'care-team': 'named in the care team',
  'recent-study': 'study of the last 30 days',
  'own-source': 'data that they sent',
  'own-record': 'own record',
  'break-glass': 'emergency access',
};

interface Props {
  readonly searchParams: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;
}

/** Every relation through which one patient can be reached now. Asking is on the record, under the patient's name. */
export default async function WhoCanReach({ searchParams }: Props) {
  const page = await openSession();
  if (page.instead !== null) return page.instead;
  const { session } = page;
  if (!session.roles.some((role) => role === 'administrator' || role === 'privacy')) notFound();
  const { patient } = await searchParams;
  const id = typeof patient === 'string' ? patient.trim() : '';
  return (
    <Frame session={session} nowMs={Date.now()} current="/reach" keys={[]}>
      <main className="page" id="main">
        <div className="head">
          <div>
            <h1>Who can reach this patient, and why</h1>
            <p className="two">Wards with their staff of now, care teams, emergency accesses, sources. The question itself is recorded.</p>
          </div>
        </div>
        <form className="validation" role="search" action="/reach" method="get">
          <label className="long">
            Patient (opaque id)
            <input name="patient" defaultValue={id} required autoComplete="off" maxLength={64} />
          </label>
          <div className="acts">
            <button type="submit" className="btn">
              Show
            </button>
          </div>
        </form>
        {id !== '' && <Found session={session} patientId={id} />}
      </main>
    </Frame>
  );
}

async function Found({ session, patientId }: { readonly session: Session; readonly patientId: string }) {
  const reach = await ask(paths.reach(patientId), reachSchema);
  if (reach.kind === 'signed-out') redirect('/sign-in');
  if (reach.kind !== 'ok')
    return (
      <Plate title="No such patient">
        <p>Nothing is held under this id, or it cannot be shown.</p>
      </Plate>
    );
  const staff = session.roles.includes('administrator') ? await ask(paths.staff, staffSchema) : undefined;
  return (
    <>
      <Relations reach={reach.value} zone={session.timeZone} />
      {staff?.kind === 'ok' && <TeamForm patientId={patientId} staff={staff.value} self={session.login} />}
    </>
  );
}

function Relations({ reach, zone }: { readonly reach: Reach; readonly zone: string }) {
  if (reach.items.length === 0)
    return (
      <Plate title="Nobody reaches this patient now">
        <p>No ward, no team, no open emergency access.</p>
      </Plate>
    );
  return (
    <table className="plain-list">
      <thead>
        <tr>
          <th scope="col">Why</th>
          <th scope="col">Through</th>
          <th scope="col">Who, now</th>
          <th scope="col">Since</th>
          <th scope="col">Until</th>
        </tr>
      </thead>
      <tbody>
        {reach.items.map((item) => (
          <tr key={`${item.relationship} ${item.through} ${item.since} ${item.people.map(({ subject }) => subject).join(' ')}`}>
            <th scope="row">{RELATIONS[item.relationship] ?? item.relationship.replaceAll('-', ' ')}</th>
            <td>{item.through}</td>
            <td>{item.people.length === 0 ? '–' : item.people.map(({ name, login }) => (name === '' ? login : name)).join(', ')}</td>
            <td>{stamp(Date.parse(item.since), zone)}</td>
            <td>{item.until === null ? 'no end set' : stamp(Date.parse(item.until), zone)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
