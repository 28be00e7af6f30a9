import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { heldListSchema } from '@concord/contracts';
import { Plate } from '@concord/ui';
import { ask, sessionOrSignIn } from '../../api/server.ts';
import { paths } from '../../api/paths.ts';
import { HeldRows } from '../../devices/held-rows.tsx';
import { FailedPage } from '../../frame/failed-page.tsx';
import { Frame } from '../../frame/frame.tsx';

export const metadata: Metadata = { title: 'Held readings, Concord' };

/** Readings of the ward's patients that are kept and not scored, because it is not sure whose they are: newest first. */
export default async function HeldReadingsPage() {
  const session = await sessionOrSignIn();
  if (!session) return <FailedPage session={null} reference={null} what="This page" />;
  const answer = await ask(paths.heldList, heldListSchema);
  if (answer.kind === 'signed-out') redirect('/sign-in');
  if (answer.kind === 'nothing') notFound();
  if (answer.kind === 'failed') return <FailedPage session={session} reference={answer.reference} what="The list" />;
  const { items, generatedAt } = answer.value;
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
