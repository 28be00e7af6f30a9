import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { reviewListSchema } from '@concord/contracts';
import { Plate } from '@concord/ui';
import { ReadingAlerts } from '../../access/reading-alerts.tsx';
import { ReviewRow } from '../../access/review-row.tsx';
import { ask, sessionOrSignIn } from '../../api/server.ts';
import { paths } from '../../api/paths.ts';
import { FailedPage } from '../../frame/failed-page.tsx';
import { Frame } from '../../frame/frame.tsx';

export const metadata: Metadata = { title: 'Emergency reviews, Concord' };

/** The officer's desk: what waits longest stands first. */
export default async function Reviews() {
  const session = await sessionOrSignIn();
  if (!session) return <FailedPage session={null} reference={null} what="This page" />;
  const answer = await ask(paths.reviews, reviewListSchema);
  if (answer.kind === 'signed-out') redirect('/sign-in');
  if (answer.kind === 'nothing') notFound();
  if (answer.kind === 'failed') return <FailedPage session={session} reference={answer.reference} what="The reviews" />;
  const { items, open, alerts } = answer.value;
  return (
    <Frame session={session} nowMs={Date.now()} current="/reviews" keys={[]}>
      <main className="page" id="main">
        <div className="head">
          <div>
            <h1>Emergency reviews</h1>
            <p className="two">
              {open === 0 ? 'None is open.' : `${String(open)} open. After three days without a review the person cannot open another record.`}
            </p>
          </div>
        </div>
        {items.length === 0 ? (
          <Plate title="Nobody has looked past the usual relations">
            <p>An emergency access stands here from its first second.</p>
          </Plate>
        ) : (
          <table className="plain-list">
            <thead>
              <tr>
                <th scope="col">Who</th>
                <th scope="col">When</th>
                <th scope="col">Why</th>
                <th scope="col">Review</th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <ReviewRow key={item.id} item={item} zone={session.timeZone} />
              ))}
            </tbody>
          </table>
        )}
        <ReadingAlerts alerts={alerts} zone={session.timeZone} />
      </main>
    </Frame>
  );
}
