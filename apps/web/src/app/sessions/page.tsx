import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { sessionListSchema } from '@concord/contracts';
import { MySessions } from '../../access/my-sessions.tsx';
import { ask, sessionOrSignIn } from '../../api/server.ts';
import { paths } from '../../api/paths.ts';
import { FailedPage } from '../../frame/failed-page.tsx';
import { Frame } from '../../frame/frame.tsx';

export const metadata: Metadata = { title: 'My sessions, Concord' };

/** Where one is signed in: what one does not know is ended here. */
export default async function Sessions() {
  const session = await sessionOrSignIn();
  if (!session) return <FailedPage session={null} reference={null} what="This page" />;
  const answer = await ask(paths.sessions, sessionListSchema);
  if (answer.kind === 'signed-out') redirect('/sign-in');
  if (answer.kind === 'nothing') notFound();
  if (answer.kind === 'failed') return <FailedPage session={session} reference={answer.reference} what="The list of sessions" />;
  return (
    <Frame session={session} nowMs={Date.now()} current="/sessions" keys={[]}>
      <main className="page" id="main">
        <div className="head">
          <div>
            <h1>My sessions</h1>
            <p className="two">A session that you do not know is ended here; then change your password.</p>
          </div>
        </div>
        <MySessions items={answer.value.items} zone={session.timeZone} />
      </main>
    </Frame>
  );
}
