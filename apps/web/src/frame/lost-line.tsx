'use client';

import { WarnLine, age, clock } from '@concord/ui';
import { shortReference } from '../api/answer.ts';

interface Props {
  /** Set while no answer comes. */
  readonly lost: { readonly reference: string | null } | null;
  /** When what is shown was true, by the server's clock. */
  readonly shownMs: number;
  readonly nowMs: number;
  readonly zone: string;
  readonly onRetry: () => void;
}

/** No connection: what is known stays, with its age. */
export function LostLine({ lost, shownMs, nowMs, zone, onRetry }: Props) {
  if (!lost) return null;
  const retry = (
    <button type="button" className="btn-plain" onClick={onRetry}>
      Try now
    </button>
  );
  return (
    <WarnLine glyph="i-off" role="alert" action={retry}>
      <b>{lost.reference ? 'The server does not answer.' : 'No connection.'}</b>
      {' Shown as of '}
      <b>{clock(shownMs, zone)}</b>
      {`, ${age(shownMs, nowMs)} ago. Ages keep counting; trying again by itself.`}
      {lost.reference && ` Reference ${shortReference(lost.reference) ?? ''}.`}
    </WarnLine>
  );
}
