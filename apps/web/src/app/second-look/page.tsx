import type { Metadata } from 'next';
import { discordanceListSchema } from '@concord/contracts';
import { Plate } from '@concord/ui';
import { ask } from '../../api/server.ts';
import { paths } from '../../api/paths.ts';
import { closedWords, queueFigures, queueSource } from '../../discordance/queue-figures.ts';
import { SecondLook } from '../../discordance/second-look.tsx';
import { Frame } from '../../frame/frame.tsx';
import { openPage } from '../../frame/open-page.tsx';

export const metadata: Metadata = { title: 'Second look, Concord' };

/** The radiologist's queue: patients whose report and film contradict each other, newest first. */
export default async function SecondLookPage() {
  const page = await openPage('The queue', () => ask(paths.discordances, discordanceListSchema));
  if (page.instead !== null) return page.instead;
  const { session, value: queue } = page;
  const { items, generatedAt } = queue;
  const open = items.filter(({ concordance }) => concordance.review === null).length;
  return (
    <Frame session={session} nowMs={Date.parse(generatedAt)} current="/second-look" keys={[]}>
      <main className="page" id="main">
        <div className="head">
          <div>
            <h1>Second look</h1>
            <p>
              <b>{`${String(open)} of ${String(items.length)} not looked at yet.`}</b>{' '}
              <span className="two">Report and film contradict each other on a finding. The film’s side is a model: it may be the one that is wrong.</span>
            </p>
            <p data-testid="queue-figures">
              {`${queueFigures(queue)} ${closedWords(queue)} `}
              <span className="two">{queueSource(queue)}</span>
            </p>
          </div>
        </div>
        {items.length === 0 ? (
          <Plate title="No contradictions">
            <p>Where a report and a film of the last three days both speak of a finding, they agree. Films that the model could not read are not compared.</p>
          </Plate>
        ) : (
          <SecondLook items={items} nowMs={Date.parse(generatedAt)} zone={session.timeZone} />
        )}
      </main>
    </Frame>
  );
}
