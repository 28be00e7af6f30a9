'use client';

import { useState } from 'react';
import { useRouter } from 'next/navigation';
import { doneSchema, type ReviewList } from '@concord/contracts';
import { stamp } from '@concord/ui';
import { sendHere, wordsOf } from '../api/browser.ts';
import { paths } from '../api/paths.ts';

type Alert = ReviewList['alerts'][number];

/** Who opened many records in a short time: nobody was stopped, somebody looks why. */
export function ReadingAlerts({ alerts, zone }: { readonly alerts: readonly Alert[]; readonly zone: string }) {
  if (alerts.length === 0) return null;
  return (
    <section aria-labelledby="many-patients">
      <h2 id="many-patients">Many patients in a short time</h2>
      <table className="plain-list">
        <thead>
          <tr>
            <th scope="col">Who</th>
            <th scope="col">When</th>
            <th scope="col">Different patients</th>
            <th scope="col">Looked into</th>
          </tr>
        </thead>
        <tbody>
          {alerts.map((alert) => (
            <tr key={alert.id}>
              <th scope="row">{alert.login}</th>
              <td>{`${stamp(Date.parse(alert.from), zone)} to ${stamp(Date.parse(alert.to), zone)}`}</td>
              <td>
                {`${String(alert.patients)}, `}
                <a href={`/who-saw-what?user=${encodeURIComponent(alert.login)}`}>what was looked at</a>
              </td>
              <td>{alert.isSeen ? 'Yes' : <Seen alert={alert} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Seen({ alert }: { readonly alert: Alert }) {
  const router = useRouter();
  const [said, setSaid] = useState('');
  if (alert.isOwn) return <>Somebody else looks into your own reading.</>;
  const see = () => {
    void sendHere(paths.seeAlert(alert.id), {}, doneSchema).then((sent) => {
      setSaid(wordsOf(sent, 'Noted.'));
      router.refresh();
    });
  };
  return (
    <>
      <button type="button" className="btn" onClick={see} aria-label={`The reading of ${alert.login} was looked into`}>
        Done
      </button>
      <p role="status">{said}</p>
    </>
  );
}
