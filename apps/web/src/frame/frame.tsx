import type { ReactNode } from 'react';
import type { Session } from '@concord/contracts';
import { ConcordSign, RESEARCH } from '@concord/ui';
import { KeysSheet, type KeyLine } from './keys-sheet.tsx';
import { deskOf, placesOf, roleWord } from './roles.ts';
import { SignOut } from './sign-out.tsx';
import { SiteClock } from './site-clock.tsx';

interface Props {
  readonly session: Session | null;
  /** Server's time when the page was made. */
  readonly nowMs: number;
  readonly current: string | null;
  readonly keys: readonly KeyLine[];
  /** The short form in the foot: the keys that matter most here. */
  readonly foot?: ReactNode;
  readonly children: ReactNode;
}

/** Bar, page, foot: the same on every page. */
export function Frame({ session, nowMs, current, keys, foot, children }: Props) {
  return (
    <>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="bar">
        <a className="mark" href="/">
          <ConcordSign />
          Concord
        </a>
        {session && <Places session={session} current={current} />}
        <div className="end">
          {session?.demo && <span className="demo">Demo patients, no real person</span>}
          {session && <SiteClock nowMs={nowMs} zone={session.timeZone} />}
          {session && <Person session={session} />}
          <KeysSheet keys={keys} />
        </div>
      </header>
      {children}
      <Foot session={session}>{foot}</Foot>
    </>
  );
}

function Places({ session, current }: { readonly session: Session; readonly current: string | null }) {
  return (
    <nav aria-label="Main">
      {placesOf(deskOf(session), session.roles).map((place) => (
        <a key={place.href} href={place.href} {...(place.href === current ? { 'aria-current': 'page' as const } : {})}>
          {place.word}
          {place.href === '/reviews' && session.openReviews !== null && session.openReviews > 0 && (
            <b className="waits">{` ${String(session.openReviews)} to review`}</b>
          )}
        </a>
      ))}
    </nav>
  );
}

function Person({ session }: { readonly session: Session }) {
  // Some identity providers put the role into the name.
  const role = session.displayName.includes(',') ? '' : roleWord(session);
  return (
    <>
      <span className="person">
        {session.displayName}
        {role && <span className="only-wide">{`, ${role}`}</span>}
      </span>
      <SignOut action="/auth/logout">Sign out</SignOut>
    </>
  );
}

/** What must stand on every page, and which build and clock it speaks of. */
export function Foot({ session, children }: { readonly session: Session | null; readonly children?: ReactNode }) {
  const bundle = session?.bundle ? `, bundle ${session.bundle}` : '';
  return (
    <footer className="foot">
      <b>{RESEARCH}</b>
      {children && <span>{children}</span>}
      {session && <a href="/sessions">My sessions</a>}
      {session && <SignOut action="/auth/logout-everywhere">End my sessions everywhere</SignOut>}
      <span className="end">{session ? `Concord${session.demo ? ' demo' : ''}${bundle}, site time ${session.timeZone}` : 'Concord'}</span>
    </footer>
  );
}
