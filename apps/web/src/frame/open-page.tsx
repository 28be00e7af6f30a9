import { notFound, redirect } from 'next/navigation';
import type { ReactElement } from 'react';
import type { Session } from '@concord/contracts';
import type { Answer } from '../api/answer.ts';
import { sessionOrSignIn } from '../api/server.ts';
import { FailedPage } from './failed-page.tsx';

/** What a page is made of, or the page to show instead. */
type Opened<T> = { readonly instead: ReactElement } | ({ readonly instead: null } & T);

/** Whoever looks; without a session the way leads to the sign-in. */
export async function openSession(): Promise<Opened<{ readonly session: Session }>> {
  const session = await sessionOrSignIn();
  return session === null ? { instead: <FailedPage session={null} reference={null} what="This page" /> } : { instead: null, session };
}

/**
 * Whoever looks, and what they ask for. Refused and absent are one 404, from the first byte.
 * @param what names it where it could not be had: `The reviews`.
 */
export async function openPage<T>(
  what: string,
  question: (session: Session) => Promise<Answer<T>>,
): Promise<Opened<{ readonly session: Session; readonly value: T }>> {
  const opened = await openSession();
  if (opened.instead !== null) return opened;
  const { session } = opened;
  const answer = await question(session);
  if (answer.kind === 'signed-out') redirect('/sign-in');
  if (answer.kind === 'nothing') notFound();
  if (answer.kind === 'failed') return { instead: <FailedPage session={session} reference={answer.reference} what={what} /> };
  return { instead: null, session, value: answer.value };
}
