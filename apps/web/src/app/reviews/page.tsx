import type { Metadata } from 'next';
import { reviewListSchema } from '@concord/contracts';
import { Plate } from '@concord/ui';
import { ReadingAlerts } from '../../access/reading-alerts.tsx';
import { ReviewRow } from '../../access/review-row.tsx';
import { ask } from '../../api/server.ts';
import { paths } from '../../api/paths.ts';
import { Frame } from '../../frame/frame.tsx';
import { openPage } from '../../frame/open-page.tsx';

export const metadata: Metadata = { title: 'Emergency reviews, Concord' };

/** The officer's desk: what waits longest stands first. */
export default async function Reviews() {
  const page = await openPage('The reviews', () => ask(paths.reviews, reviewListSchema));
  if (page.instead !== null) return page.instead;
  const {
    session,
    value: { items, open, alerts },
  } = page;
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
