import type { Metadata } from 'next';
import { sessionListSchema } from '@concord/contracts';
import { MySessions } from '../../access/my-sessions.tsx';
import { ask } from '../../api/server.ts';
import { paths } from '../../api/paths.ts';
import { Frame } from '../../frame/frame.tsx';
import { openPage } from '../../frame/open-page.tsx';

export const metadata: Metadata = { title: 'My sessions, Concord' };

/** Where one is signed in: what one does not know is ended here. */
export default async function Sessions() {
  const page = await openPage('The list of sessions', () => ask(paths.sessions, sessionListSchema));
  if (page.instead !== null) return page.instead;
  const { session, value } = page;
  return (
    <Frame session={session} nowMs={Date.now()} current="/sessions" keys={[]}>
      <main className="page" id="main">
        <div className="head">
          <div>
            <h1>My sessions</h1>
            <p className="two">A session that you do not know is ended here; then change your password.</p>
          </div>
        </div>
        <MySessions items={value.items} zone={session.timeZone} />
      </main>
    </Frame>
  );
}
