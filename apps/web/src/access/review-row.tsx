'use client';

import { useState, type SyntheticEvent } from 'react';
import { useRouter } from 'next/navigation';
import { doneSchema, type ReviewList } from '@concord/contracts';
import { stamp } from '@concord/ui';
import { sendHere, wordsOf } from '../api/browser.ts';
import { paths } from '../api/paths.ts';

type Item = ReviewList['items'][number];

/** One emergency access: who, when, why; and the finding, or the form that makes it. */
export function ReviewRow({ item, zone }: { readonly item: Item; readonly zone: string }) {
  return (
    <tr>
      <th scope="row">{item.login}</th>
      <td>{`${stamp(Date.parse(item.startsAt), zone)} to ${stamp(Date.parse(item.endsAt), zone)}`}</td>
      <td>
        <b>{item.reasonCode.replaceAll('-', ' ')}</b>
        <br />
        {item.reason ?? 'The reason was erased with the patient.'}
        {item.patientId !== null && (
          <>
            <br />
            <a href={`/who-saw-what?patient=${item.patientId}&user=${encodeURIComponent(item.login)}`}>What was looked at</a>
          </>
        )}
      </td>
      <td>
        {item.review === null ? (
          <Closing item={item} />
        ) : (
          `${item.review.finding.replace('-', ' ')}, ${item.review.login}, ${stamp(Date.parse(item.review.closedAt), zone)}`
        )}
      </td>
    </tr>
  );
}

function Closing({ item }: { readonly item: Item }) {
  const router = useRouter();
  const [said, setSaid] = useState('');
  if (item.isOwn) return <>Somebody else reviews your own access.</>;
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void sendHere(paths.closeReview(item.id), { finding: form.get('finding'), note: form.get('note') }, doneSchema).then((sent) => {
      setSaid(wordsOf(sent, 'Closed.'));
      router.refresh();
    });
  };
  return (
    <form onSubmit={submit} aria-label={`Review of ${item.login}`}>
      <select name="finding" aria-label="Finding">
        <option value="justified">Justified</option>
        <option value="not-justified">Not justified</option>
      </select>{' '}
      <input name="note" aria-label="What you found, at least 10 characters" minLength={10} maxLength={2_000} required />{' '}
      <button type="submit" className="btn">
        Close
      </button>
      <p role="status">{said}</p>
    </form>
  );
}
