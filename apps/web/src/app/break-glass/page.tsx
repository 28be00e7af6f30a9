import type { Metadata } from 'next';
import { grantListSchema } from '@concord/contracts';
import { BreakGlassForm, OwnGrants } from '../../access/break-glass-form.tsx';
import { ask } from '../../api/server.ts';
import { paths } from '../../api/paths.ts';
import { Frame } from '../../frame/frame.tsx';
import { openPage } from '../../frame/open-page.tsx';

export const metadata: Metadata = { title: 'Emergency access, Concord' };

/** Looking past the usual relations, for those who may: announced before it is done. */
export default async function BreakGlass() {
  const page = await openPage('Emergency access', () => ask(paths.grants, grantListSchema));
  if (page.instead !== null) return page.instead;
  const { session, value: grants } = page;
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
        <OwnGrants grants={grants} nowMs={nowMs} zone={session.timeZone} />
      </main>
    </Frame>
  );
}
