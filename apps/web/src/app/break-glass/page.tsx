import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { grantListSchema } from '@concord/contracts';
import { BreakGlassForm, OwnGrants } from '../../access/break-glass-form.tsx';
import { ask, sessionOrSignIn } from '../../api/server.ts';
import { paths } from '../../api/paths.ts';
import { FailedPage } from '../../frame/failed-page.tsx';
import { Frame } from '../../frame/frame.tsx';

export const metadata: Metadata = { title: 'Emergency access, Concord' };

/** Looking past the usual relations, for those who may: announced before it is done. */
export default async function BreakGlass() {
  const session = await sessionOrSignIn();
  if (!session) return <FailedPage session={null} reference={null} what="This page" />;
  const grants = await ask(paths.grants, grantListSchema);
  if (grants.kind === 'signed-out') redirect('/sign-in');
  if (grants.kind === 'nothing') notFound();
  if (grants.kind === 'failed') return <FailedPage session={session} reference={grants.reference} what="Emergency access" />;
  const nowMs = Date.now();
  return (
    <Frame session={session} nowMs={nowMs} current="/break-glass" keys={[]}>
      <main className="page" id="main">
        <div className="head">
          <div>
            <h1>Emergency access</h1>
            <p className="two">
              For a patient who is not yours, in an emergency. The privacy officer is told at once and reviews every access; it ends after an hour.
            </p>
          </div>
        </div>
        <BreakGlassForm authorities={session.authorities} />
        <h2>What you opened</h2>
        <OwnGrants grants={grants.value} nowMs={nowMs} zone={session.timeZone} />
      </main>
    </Frame>
  );
}
