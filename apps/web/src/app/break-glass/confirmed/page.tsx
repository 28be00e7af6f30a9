import type { Metadata } from 'next';
import { Plate } from '@concord/ui';
import { Frame } from '../../../frame/frame.tsx';
import { openSession } from '../../../frame/open-page.tsx';

export const metadata: Metadata = { title: 'Second factor, Concord' };

/** Where the second factor of an emergency access ends: the form waits in the tab that asked for it. */
export default async function Confirmed() {
  const page = await openSession();
  if (page.instead !== null) return page.instead;
  return (
    <Frame session={page.session} nowMs={Date.now()} current="/break-glass" keys={[]}>
      <main className="page" id="main">
        <Plate level={1} title="Your second factor counts for five minutes">
          <p>Go back to the tab with your reason and press “Open for one hour” again. Nothing you wrote there is lost. This tab can be closed.</p>
        </Plate>
      </main>
    </Frame>
  );
}
