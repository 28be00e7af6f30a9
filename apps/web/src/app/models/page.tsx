import type { Metadata } from 'next';
import { modelsSchema, type Models } from '@concord/contracts';
import { Plate } from '@concord/ui';
import { ask } from '../../api/server.ts';
import { paths } from '../../api/paths.ts';
import { Frame } from '../../frame/frame.tsx';
import { openPage } from '../../frame/open-page.tsx';
import { BundleShelf } from '../../models/bundle-shelf.tsx';
import { BundleSheet } from '../../models/bundle-sheet.tsx';
import { ValidationSheet } from '../../models/validation-sheet.tsx';

export const metadata: Metadata = { title: 'Models, Concord' };

interface Props {
  readonly searchParams: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;
}

/** The steward's page: which bundle answers, what is known of each, and what this site found. No patient stands on it. */
export default async function ModelsPage({ searchParams }: Props) {
  const page = await openPage('The models', () => ask(paths.models, modelsSchema));
  if (page.instead !== null) return page.instead;
  const { session, value: models } = page;
  const { bundle: asked } = await searchParams;
  const shown = models.bundles.find(({ id }) => id === asked) ?? models.bundles.find(({ id }) => id === models.current);
  return (
    <Frame session={session} nowMs={Date.now()} current="/models" keys={[]}>
      <main className="page" id="main">
        <Head models={models} />
        <BundleShelf models={models} shown={shown?.id ?? null} />
        {shown === undefined ? (
          <Plate title="No bundle answers">
            <p>Every question is answered by an abstention until a bundle is activated.</p>
          </Plate>
        ) : (
          <BundleSheet bundle={shown} tasks={models.tasks} />
        )}
        <ValidationSheet models={models} zone={session.timeZone} />
      </main>
    </Frame>
  );
}

function Head({ models }: { readonly models: Models }) {
  return (
    <div className="head">
      <div>
        <h1>Models</h1>
        <p>
          <b>{models.current === null ? 'No bundle answers now.' : `Bundle ${models.current} answers now.`}</b>{' '}
          <span className="two">Patients are not open to you: this page holds aggregates only. Every change is recorded.</span>
        </p>
      </div>
    </div>
  );
}
