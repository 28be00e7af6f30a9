import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { askText, sessionOrSignIn } from '../../../api/server.ts';
import { paths } from '../../../api/paths.ts';
import { FailedPage } from '../../../frame/failed-page.tsx';
import { Frame } from '../../../frame/frame.tsx';
import { CardText } from '../../../models/card-text.tsx';

export const metadata: Metadata = { title: 'Model card, Concord' };

/** The card of one bundle, as it lies beside its weights. */
export default async function CardPage({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  const session = await sessionOrSignIn();
  if (!session) return <FailedPage session={null} reference={null} what="This page" />;
  const { id } = await params;
  const answer = await askText(paths.modelCard(id));
  if (answer.kind === 'signed-out') redirect('/sign-in');
  if (answer.kind === 'nothing') notFound();
  if (answer.kind === 'failed') return <FailedPage session={session} reference={answer.reference} what="The model card" />;
  return (
    <Frame session={session} nowMs={Date.now()} current="/models" keys={[]}>
      <main className="page card-page" id="main">
        <p>
          <a href={`/models?bundle=${encodeURIComponent(id)}`}>Back to the models</a>
        </p>
        <CardText markdown={answer.value} />
      </main>
    </Frame>
  );
}
