'use client';

import { useState } from 'react';
import { auditExportAskedSchema, auditExportSchema, type AuditExport } from '@concord/contracts';
import { askHere, sendHere, whyNot } from '../api/browser.ts';
import { paths } from '../api/paths.ts';

interface Props {
  /** What it is narrowed by, as `/audit/bundles` reads it. */
  readonly query: string;
  /** Purpose or outcome are asked for, which an export does not narrow by. */
  readonly isWider: boolean;
}

type State =
  { readonly kind: 'idle' | 'asking' } | { readonly kind: 'failed'; readonly why: string } | { readonly kind: 'making' | 'done'; readonly export: AuditExport };

const LOOK_AGAIN_MS = 1_000;
const pause = () => new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));

/** Asks for a signed export, says how far it is, and hands it over as one file. */
export function SignedExport({ query, isWider }: Props) {
  const [state, setState] = useState<State>({ kind: 'idle' });
  const isBusy = state.kind === 'asking' || state.kind === 'making';
  const ask = async () => {
    setState({ kind: 'asking' });
    const asked = await sendHere(paths.auditExports(query), null, auditExportAskedSchema);
    if (asked.kind !== 'done') {
      setState({ kind: 'failed', why: whyNot(asked) });
      return;
    }
    setState(
      await follow(asked.value.id, (one) => {
        setState({ kind: 'making', export: one });
      }),
    );
  };
  return (
    <>
      <p className="acts">
        <button type="button" className="btn" disabled={isBusy} onClick={() => void ask()}>
          Export, signed
        </button>
        {state.kind === 'done' && (
          <a href={paths.auditArchive(state.export.id)} download>
            Save it ({Math.ceil(sizeOf(state.export) / 1024)} KB)
          </a>
        )}
      </p>
      <p role="status" className="small two">
        {wordsOf(state)}
      </p>
      {isWider && <p className="small two">It holds every purpose and outcome: only so can it prove that none is missing.</p>}
    </>
  );
}

async function follow(id: string, told: (one: AuditExport) => void): Promise<State> {
  for (;;) {
    const answer = await askHere(paths.auditExport(id), auditExportSchema);
    if (answer?.kind !== 'ok') return { kind: 'failed', why: 'The connection was lost. The export goes on; ask again for another.' };
    if (answer.value.state === 'failed') return { kind: 'failed', why: answer.value.detail ?? 'It could not be made.' };
    if (answer.value.state === 'done') return { kind: 'done', export: answer.value };
    told(answer.value);
    await pause();
  }
}

const sizeOf = ({ files }: AuditExport): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

function wordsOf(state: State): string {
  switch (state.kind) {
    case 'idle':
      return '';
    case 'asking':
      return 'Asked…';
    case 'making':
      return state.export.total === 0 ? 'It waits for the next head…' : `${String(state.export.done)} of ${String(state.export.total)} leaves…`;
    case 'done':
      return 'Signed, and recorded. Check it with concord-audit-verify.mjs, which needs neither this server nor its database.';
    case 'failed':
      return `Not exported. ${state.why}`;
  }
}
