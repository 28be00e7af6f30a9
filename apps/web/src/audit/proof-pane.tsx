import type { ReactNode } from 'react';
import type { AuditHead } from '@concord/contracts';
import { clockSeconds, count, Glyph, weekday } from '@concord/ui';
import { SignedExport } from './signed-export.tsx';

interface Props {
  /** Null when it could not be asked. */
  readonly head: AuditHead | null;
  readonly nowMs: number;
  readonly zone: string;
  readonly exportQuery: string;
  readonly isWider: boolean;
  readonly openReviews: number;
}

/** A sequencer writes its state every second; after this many it does not run. */
const SILENT_MS = 15_000;

/** What the answer can be proven against, what stands in the way, and the export that proves it elsewhere. */
export function ProofPane({ head, nowMs, zone, exportQuery, isWider, openReviews }: Props) {
  return (
    <aside className="proof" aria-label="Proof of this answer">
      <section>
        <h2>Proof</h2>
        <ul>{head === null ? <Item state="wait">The state of the log could not be asked.</Item> : <Heads head={head} nowMs={nowMs} zone={zone} />}</ul>
      </section>
      <section>
        <h2>Export</h2>
        <p className="two">These events with their proofs, and the counts that show whether one is missing. Checkable offline.</p>
        <SignedExport query={exportQuery} isWider={isWider} />
      </section>
      {openReviews > 0 && (
        <section>
          <h2>To do</h2>
          <p>
            <a href="/reviews">{`${String(openReviews)} ${openReviews === 1 ? 'access waits' : 'accesses wait'} for a review`}</a>
          </p>
        </section>
      )}
    </aside>
  );
}

function Heads({ head: { head, witnessed, sequencer }, nowMs, zone }: Pick<Props, 'nowMs' | 'zone'> & { readonly head: AuditHead }) {
  const at = (iso: string) => `${weekday(Date.parse(iso), zone)} ${clockSeconds(Date.parse(iso), zone)}`;
  const isSilent = sequencer === null || nowMs - Date.parse(sequencer.at) > SILENT_MS;
  return (
    <>
      {head === null ? (
        <Item state="wait">No head has been signed yet. Nothing here can be proven so far.</Item>
      ) : (
        <Item state="ok">
          <b>{`Signed head over ${count(head.size)} events.`}</b>
          {` ${at(head.signedAt)}. What came since waits for the next.`}
          <span className="hash two">{head.root}</span>
        </Item>
      )}
      {witnessed === null ? (
        <Item state="note">The witness’s heads lie on another machine: compare this head with them.</Item>
      ) : (
        <Item state="ok">
          <b>Countersigned by the witness</b>
          {` up to event ${count(witnessed.size)}, ${at(witnessed.signedAt)}: nothing before was changed.`}
        </Item>
      )}
      {sequencer?.alarm && (
        <Item state="wait">
          <b>The log needs a person:</b> {sequencer.alarm}
        </Item>
      )}
      {isSilent && (
        <Item state="wait">
          <b>Nobody is signing.</b> {sequencer === null ? 'The sequencer never ran here.' : `The sequencer was last heard of ${at(sequencer.at)}.`} Events are
          kept, and not yet proven.
        </Item>
      )}
    </>
  );
}

const GLYPHS = { ok: 'i-ok', wait: 'i-stale', note: 'i-note' } as const;

function Item({ state, children }: { readonly state: keyof typeof GLYPHS; readonly children: ReactNode }) {
  return (
    <li {...(state === 'ok' ? {} : { className: 'wait' })}>
      <Glyph name={GLYPHS[state]} />
      <span>{children}</span>
    </li>
  );
}
