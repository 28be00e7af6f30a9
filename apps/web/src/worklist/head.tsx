'use client';

import type { Session, Worklist } from '@concord/contracts';
import { clockSeconds } from '@concord/ui';
import { mainAssessment, placeOf } from './changes.ts';

interface HeadProps {
  readonly worklist: Worklist;
  readonly session: Session;
  readonly ward: string | null;
  readonly find: string;
  readonly onFind: (text: string) => void;
}

/** The first second: whose beds to walk to. */
export function BoardHead({ worklist, session, ward, find, onFind }: HeadProps) {
  const name = worklist.wards.find((one) => one.id === ward)?.name ?? session.wards.find((one) => one.id === ward)?.name;
  const only = session.wards.length === 1 ? session.wards[0]?.name : undefined;
  return (
    <div className="head">
      <div>
        <h1>{name ?? only ?? (session.wards.length === 0 ? 'Your patients' : 'All your wards')}</h1>
        <Sentence worklist={worklist} />
      </div>
      <div className="tools">
        {session.wards.length > 1 && <WardSwitch session={session} ward={ward} />}
        <input
          id="find"
          className="search"
          type="search"
          autoComplete="off"
          aria-label="Find a patient by name, bed or record number"
          placeholder="Find a patient   /"
          value={find}
          onChange={(event) => {
            onFind(event.target.value);
          }}
        />
      </div>
    </div>
  );
}

function WardSwitch({ session, ward }: { readonly session: Session; readonly ward: string | null }) {
  return (
    <nav className="seg" aria-label="Ward">
      <a href="/" {...(ward === null ? { 'aria-current': 'page' as const } : {})}>
        All
      </a>
      {session.wards.map((one) => (
        <a key={one.id} href={`/?ward=${encodeURIComponent(one.id)}`} {...(ward === one.id ? { 'aria-current': 'page' as const } : {})}>
          {one.name}
        </a>
      ))}
    </nav>
  );
}

/** `3 need someone now: A-03, A-07, A-11. 14 patients, 4 without a score.` */
function Sentence({ worklist }: { readonly worklist: Worklist }) {
  const now = worklist.rows.filter((row) => row.needsSomeoneNow);
  const silent = worklist.rows.filter((row) => (mainAssessment(row, worklist.task)?.probability ?? null) === null).length;
  const many = worklist.rows.length;
  return (
    <p data-testid="who-now">
      {now.length === 0 ? <b>Nobody needs someone now. </b> : <b>{`${String(now.length)} ${now.length === 1 ? 'needs' : 'need'} someone now: `}</b>}
      {now.length > 0 && `${now.map(placeOf).join(', ')}. `}
      <span className="two">{`${String(many)} ${many === 1 ? 'patient' : 'patients'}, ${silent === 0 ? 'all with a score' : `${String(silent)} without a score`}.`}</span>
    </p>
  );
}

interface OrderProps {
  readonly worklist: Worklist;
  /** `2 moved`, or empty. */
  readonly waiting: string;
  readonly onShow: () => void;
  readonly checkedMs: number;
  readonly zone: string;
  readonly live: boolean;
}

/** The sort key in words, and a new order that waits until it is asked for. */
export function OrderLine({ worklist, waiting, onShow, checkedMs, zone, live }: OrderProps) {
  return (
    <div className="order">
      <span>
        {'Order: '}
        <b>{worklist.order.replace(/\.$/, '')}</b>.
      </span>
      {waiting && (
        <button type="button" onClick={onShow}>
          {waiting}, show
        </button>
      )}
      <span className="end">
        {live ? 'Live, checked ' : 'Not live, as of '}
        <span data-testid="checked">{clockSeconds(checkedMs, zone)}</span>.
      </span>
    </div>
  );
}
