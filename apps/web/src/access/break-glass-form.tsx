'use client';

import { useState, type SyntheticEvent } from 'react';
import { useRouter } from 'next/navigation';
import { doneSchema, grantSchema, lookedUpSchema, type GrantList } from '@concord/contracts';
import { stamp } from '@concord/ui';
import { sendHere, wordsOf, whyNot } from '../api/browser.ts';
import { paths } from '../api/paths.ts';

const REASONS = [
  ['life-threatening', 'Life in danger'],
  ['urgent-care', 'Urgent care on another ward'],
  ['patient-asked', 'The patient asked me'],
  ['safety-concern', 'A safety concern'],
] as const;

interface Found {
  readonly lookUpId: string;
  readonly patientId: string;
}

const textOf = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
};

/** Two steps: is there such a patient, and why must you look. */
export function BreakGlassForm({ authorities }: { readonly authorities: readonly string[] }) {
  const [found, setFound] = useState<Found | null>(null);
  const [said, setSaid] = useState('');
  const lookUp = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setFound(null);
    void sendHere(paths.lookUp, { system: textOf(form, 'system'), value: textOf(form, 'value'), birthDate: textOf(form, 'birthDate') }, lookedUpSchema).then(
      (sent) => {
        if (sent.kind !== 'done') setSaid(whyNot(sent));
        else if (sent.value.lookUpId === null || sent.value.patientId === null)
          setSaid('No patient has this number and this birth date. The look-up was recorded.');
        else {
          setFound({ lookUpId: sent.value.lookUpId, patientId: sent.value.patientId });
          setSaid('There is such a patient. The look-up was recorded.');
        }
      },
    );
  };
  return (
    <>
      <h2>1. Find the patient</h2>
      <form className="validation" onSubmit={lookUp} aria-label="Find the patient">
        <div>
          <label htmlFor="bg-value">Record number, exactly</label>
          <input id="bg-value" name="value" required maxLength={200} autoComplete="off" />
        </div>
        <AuthorityField authorities={authorities} />
        <div>
          <label htmlFor="bg-born">Birth date</label>
          <input id="bg-born" name="birthDate" type="date" required />
        </div>
        <div className="acts">
          <button type="submit" className="btn">
            Look up
          </button>
          <span role="status">{said}</span>
        </div>
      </form>
      {found !== null && <ReasonForm found={found} />}
    </>
  );
}

/** Where a site has one kind of record number there is nothing to choose. */
function AuthorityField({ authorities }: { readonly authorities: readonly string[] }) {
  if (authorities.length === 1) return <input type="hidden" name="system" value={authorities[0]} />;
  return (
    <div>
      <label htmlFor="bg-system">Number of</label>
      <select id="bg-system" name="system" required>
        {authorities.map((authority) => (
          <option key={authority} value={authority}>
            {authority}
          </option>
        ))}
      </select>
    </div>
  );
}

function ReasonForm({ found }: { readonly found: Found }) {
  const [said, setSaid] = useState('');
  const [mustStepUp, setMustStepUp] = useState(false);
  const open = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { ...found, reasonCode: textOf(form, 'reasonCode'), reason: textOf(form, 'reason') };
    void sendHere(paths.grants, body, grantSchema).then((sent) => {
      if (sent.kind === 'done') {
        window.location.assign(`/patients/${found.patientId}`);
        return;
      }
      setMustStepUp(sent.kind === 'refused' && sent.why.includes('second factor'));
      setSaid(whyNot(sent));
    });
  };
  return (
    <>
      <h2>2. Say why</h2>
      <form className="validation" onSubmit={open} aria-label="Say why">
        <div>
          <label htmlFor="bg-code">Reason</label>
          <select id="bg-code" name="reasonCode">
            {REASONS.map(([code, word]) => (
              <option key={code} value={code}>
                {word}
              </option>
            ))}
          </select>
        </div>
        <div className="long">
          <label htmlFor="bg-reason">In your own words, at least 20 letters; the privacy officer reads them</label>
          <textarea id="bg-reason" name="reason" minLength={20} maxLength={2_000} rows={2} required />
        </div>
        <div className="acts">
          <button type="submit" className="btn-main">
            Open for one hour
          </button>
          <span role="alert">{said}</span>
          {mustStepUp && (
            <a href="/auth/step-up?returnTo=%2Fbreak-glass%2Fconfirmed" target="_blank" rel="noopener">
              Sign in with the second factor (new tab; what you wrote stays here)
            </a>
          )}
        </div>
      </form>
    </>
  );
}

/** What this person opened before, and what is open now. */
export function OwnGrants({ grants, nowMs, zone }: { readonly grants: GrantList; readonly nowMs: number; readonly zone: string }) {
  const router = useRouter();
  const [said, setSaid] = useState('');
  if (grants.items.length === 0) return <p>You have opened no record in an emergency.</p>;
  const giveBack = (id: string) => {
    void sendHere(paths.endGrant(id), null, doneSchema).then((sent) => {
      setSaid(wordsOf(sent, 'Given back.'));
      router.refresh();
    });
  };
  return (
    <>
      <table className="plain-list">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Until</th>
            <th scope="col">Reason</th>
            <th scope="col">Review</th>
            <th scope="col">Now</th>
          </tr>
        </thead>
        <tbody>
          {grants.items.map((grant) => (
            <tr key={grant.id}>
              <td>{stamp(Date.parse(grant.startsAt), zone)}</td>
              <td>{stamp(Date.parse(grant.endsAt), zone)}</td>
              <td>{REASONS.find(([code]) => code === grant.reasonCode)?.[1] ?? grant.reasonCode}</td>
              <td>{grant.review === null ? 'open' : grant.review.finding.replace('-', ' ')}</td>
              <td>
                {Date.parse(grant.endsAt) > nowMs && grant.patientId !== null ? (
                  <>
                    <a className="btn" href={`/patients/${grant.patientId}`}>
                      Open the record
                    </a>{' '}
                    <button
                      type="button"
                      className="btn"
                      onClick={() => {
                        giveBack(grant.id);
                      }}
                    >
                      Give back
                    </button>
                  </>
                ) : (
                  'ended'
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p role="status">{said}</p>
    </>
  );
}
