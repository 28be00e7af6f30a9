import type { Metadata } from 'next';
import { heldListSchema } from '@concord/contracts';
import { Plate } from '@concord/ui';
import { ask } from '../../api/server.ts';
import { paths } from '../../api/paths.ts';
import { HeldRows } from '../../devices/held-rows.tsx';
import { Frame } from '../../frame/frame.tsx';
import { openPage } from '../../frame/open-page.tsx';

export const metadata: Metadata = { title: 'Held readings, Concord' };

/** Readings of the ward's patients that are kept and not scored, because it is not sure whose they are: newest first. */
export default async function HeldReadingsPage() {
  const page = await openPage('The list', () => ask(paths.heldList, heldListSchema));
  if (page.instead !== null) return page.instead;
  const { session } = page;
  const { items, generatedAt } = page.value;
  const nowMs = Date.parse(generatedAt);
  return (
    <Frame session={session} nowMs={nowMs} current="/held-readings" keys={[]}>
      <main className="page" id="main">
        <div className="head">
          <div>
            <h1>Held readings</h1>
            <p>
              <b>{`${String(items.length)} ${items.length === 1 ? 'patient waits' : 'patients wait'} for a word.`}</b>{' '}
              <span className="two">
                A device spoke for a patient while it was on somebody else, or after you said that it is off. Look at the bed, then say whose they are.
              </span>
            </p>
          </div>
        </div>
        {items.length === 0 ? (
          <Plate title="No readings wait">
            <p>Every reading of your patients is scored as theirs, or was said not to be.</p>
          </Plate>
        ) : (
          <HeldRows items={items} nowMs={nowMs} zone={session.timeZone} />
        )}
      </main>
    </Frame>
  );
}
