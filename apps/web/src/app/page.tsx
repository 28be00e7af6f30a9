import { redirect } from 'next/navigation';
import { worklistSchema, type Session } from '@concord/contracts';
import { ask } from '../api/server.ts';
import { paths } from '../api/paths.ts';
import { Frame } from '../frame/frame.tsx';
import { openSession } from '../frame/open-page.tsx';
import { WORKLIST_KEYS } from '../frame/key-lines.ts';
import { deskOf } from '../frame/roles.ts';
import { FailedPage } from '../frame/failed-page.tsx';
import { OtherDesk } from '../desks/other-desk.tsx';
import { WorklistBoard } from '../worklist/board.tsx';

interface Props {
  readonly searchParams: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;
}

/** The first page of each role; for those who care for patients, who needs someone. */
export default async function Home({ searchParams }: Props) {
  const page = await openSession();
  if (page.instead !== null) return page.instead;
  const { session } = page;
  const desk = deskOf(session);
  if (desk === 'privacy') redirect('/who-saw-what');
  if (desk === 'steward') redirect('/models');
  if (desk === 'administrator') redirect('/administration');
  if (desk !== 'clinical') return <OtherDesk session={session} desk={desk} />;
  const { ward } = await searchParams;
  return <WorklistPage session={session} ward={typeof ward === 'string' ? ward : null} />;
}

async function WorklistPage({ session, ward }: { readonly session: Session; readonly ward: string | null }) {
  const answer = await ask(paths.worklist(ward), worklistSchema);
  if (answer.kind === 'signed-out') redirect('/sign-in');
  if (answer.kind !== 'ok') return <FailedPage session={session} reference={answer.kind === 'failed' ? answer.reference : null} what="The worklist" />;
  return (
    <Frame session={session} nowMs={Date.parse(answer.value.generatedAt)} current="/" keys={WORKLIST_KEYS} foot={<Hint />}>
      <WorklistBoard key={ward ?? 'all'} initial={answer.value} session={session} ward={ward} />
    </Frame>
  );
}

function Hint() {
  return (
    <>
      <kbd>J</kbd> <kbd>K</kbd> row, <kbd>Enter</kbd> open, <kbd>/</kbd> find
    </>
  );
}
