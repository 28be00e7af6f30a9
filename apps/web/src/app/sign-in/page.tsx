import type { Metadata } from 'next';
import { ConcordSign, Glyph, RESEARCH } from '@concord/ui';
import { loginPath } from '../../api/return-to.ts';
import { Foot } from '../../frame/frame.tsx';

export const metadata: Metadata = { title: 'Sign in, Concord' };

const USERS = [
  ['physician', 'wards A and B'],
  ['nurse', 'ward A'],
  ['radiologist', 'patients with a study'],
  ['privacy', 'who saw what, and why'],
  ['steward', 'models'],
  ['administrator', 'wards and staff'],
  ['integrator', 'sends data in'],
  ['patient', 'their own record'],
] as const;

interface Props {
  readonly searchParams: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;
}

/** Before the door: what this is, and the one way in. Names and passwords are asked for by the identity provider, never here. */
export default async function SignIn({ searchParams }: Props) {
  const query = await searchParams;
  return (
    <>
      <main className="gate" id="main">
        <div>
          <span className="mark">
            <ConcordSign />
            Concord
          </span>
          <h1>Who is getting worse, how sure are we, and why.</h1>
          <p className="lead">
            Reports, images and vitals of one patient on one time axis, with a calibrated score that can be followed back to the sentence, the region and the
            minutes it came from.
          </p>
          <div className="terms">
            <p>
              <b>{RESEARCH}</b> It supports a decision; it makes none.
            </p>
            <p>What you open is recorded, with the reason you may open it.</p>
          </div>
          <DemoUsers />
        </div>
        <section className="card" aria-labelledby="h-in">
          <h2 id="h-in">Sign in</h2>
          {query['ended'] !== undefined && (
            <p className="line warn" role="status">
              <Glyph name="i-note" />
              <span>Your session has ended. What was on the screen is cleared.</span>
            </p>
          )}
          <p className="two">You go on to the sign-in of this site and come back here.</p>
          <a className="btn btn-main" href={loginPath(typeof query['returnTo'] === 'string' ? query['returnTo'] : null)}>
            Go to sign-in
          </a>
          <p className="small two">Demo passwords are printed where Concord was started.</p>
        </section>
      </main>
      <Foot session={null}>Demo: assembled and synthetic patients, no real person</Foot>
    </>
  );
}

function DemoUsers() {
  return (
    <table className="users">
      <caption className="vh">Demo sign-ins</caption>
      <thead>
        <tr>
          <th scope="col">Demo user</th>
          <th scope="col">Sees</th>
        </tr>
      </thead>
      <tbody>
        {USERS.map(([user, sees]) => (
          <tr key={user}>
            <th scope="row">{user}</th>
            <td className="two">{sees}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
