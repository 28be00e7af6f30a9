'use client';

import { useState } from 'react';
import { useRouter } from 'next/navigation';
import { reviewSchema, type Review } from '@concord/contracts';
import { REVIEWS } from '@concord/ui';
import { sendHere, wordsOf } from '../api/browser.ts';
import { paths } from '../api/paths.ts';

const OUTCOMES: readonly Review['outcome'][] = ['report-stands', 'film-stands', 'both-possible', 'not-this-patient'];

/** How the contradiction ended, said once and kept with who said it. */
export function ReviewForm({ id, name }: { readonly id: string; readonly name: string }) {
  const router = useRouter();
  const [said, setSaid] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async (outcome: Review['outcome']) => {
    setBusy(true);
    const sent = await sendHere(paths.review(id), { outcome }, reviewSchema);
    setBusy(false);
    setSaid(wordsOf(sent, 'Recorded.', 'No answer came; look again before you repeat it.'));
    if (sent.kind === 'done') router.refresh();
  };
  return (
    <div className="review" role="group" aria-label={`How it ended for ${name}`}>
      {OUTCOMES.map((outcome) => (
        <button key={outcome} type="button" disabled={busy} onClick={() => void send(outcome)}>
          {`${REVIEWS[outcome].charAt(0).toUpperCase()}${REVIEWS[outcome].slice(1)}`}
        </button>
      ))}
      <span role="status">{said}</span>
    </div>
  );
}
