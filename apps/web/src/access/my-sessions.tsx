'use client';

import { useState } from 'react';
import { useRouter } from 'next/navigation';
import { doneSchema, type SessionList } from '@concord/contracts';
import { stamp } from '@concord/ui';
import { sendHere, wordsOf } from '../api/browser.ts';
import { paths } from '../api/paths.ts';

type Item = SessionList['items'][number];

/** Each place where one is signed in, and a button that ends it. */
export function MySessions({ items, zone }: { readonly items: readonly Item[]; readonly zone: string }) {
  const router = useRouter();
  const [said, setSaid] = useState<string | null>(null);
  const end = (item: Item) => {
    void sendHere(paths.endSession(item.ref), {}, doneSchema).then((sent) => {
      setSaid(wordsOf(sent, 'Ended.'));
      router.refresh();
    });
  };
  return (
    <>
      <table className="plain-list">
        <thead>
          <tr>
            <th scope="col">Signed in</th>
            <th scope="col">Last used</th>
            <th scope="col">Ends</th>
            <th scope="col">End it</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.ref}>
              <th scope="row">{stamp(Date.parse(item.beganAt), zone)}</th>
              <td>{stamp(Date.parse(item.usedAt), zone)}</td>
              <td>{stamp(Date.parse(item.endsAt), zone)}</td>
              <td>
                {item.isThis ? (
                  'This one: sign out above'
                ) : (
                  <button
                    type="button"
                    className="btn"
                    aria-label={`End the session of ${stamp(Date.parse(item.beganAt), zone)}`}
                    onClick={() => {
                      end(item);
                    }}
                  >
                    End
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p role="status">
        {said}
        {said?.startsWith('Sign in again') === true && (
          <>
            {' '}
            <a href="/auth/step-up?returnTo=%2Fsessions">Sign in again</a>
          </>
        )}
      </p>
    </>
  );
}
