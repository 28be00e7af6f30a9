import type { Metadata } from 'next';
import { askText } from '../../../api/server.ts';
import { paths } from '../../../api/paths.ts';
import { Frame } from '../../../frame/frame.tsx';
import { openPage } from '../../../frame/open-page.tsx';
import { CardText } from '../../../models/card-text.tsx';

export const metadata: Metadata = { title: 'Model card, Concord' };

/** The card of one bundle, as it lies beside its weights. */
export default async function CardPage({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  const { id } = await params;
  const page = await openPage('The model card', () => askText(paths.modelCard(id)));
  if (page.instead !== null) return page.instead;
  return (
    <Frame session={page.session} nowMs={Date.now()} current="/models" keys={[]}>
      <main className="page card-page" id="main">
        <p>
          <a href={`/models?bundle=${encodeURIComponent(id)}`}>Back to the models</a>
        </p>
        <CardText markdown={page.value} />
      </main>
    </Frame>
  );
}
