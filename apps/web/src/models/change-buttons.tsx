'use client';

import { useState } from 'react';
import { useRouter } from 'next/navigation';
import { activationSchema } from '@concord/contracts';
import { sendHere, whyNot } from '../api/browser.ts';
import { paths } from '../api/paths.ts';

/** Two steps: a model at the bedside is not swapped by one stray click. */
export function ActivateButton({ id }: { readonly id: string }) {
  return <ChangeButton word={`Activate ${id}`} sure={`Yes, ${id} answers from now on`} path={paths.activate(id)} />;
}

export function RollbackButton({ previous }: { readonly previous: string }) {
  return (
    <p className="acts">
      <ChangeButton word={`Roll back to ${previous}`} sure={`Yes, go back to ${previous}`} path={paths.rollback} />
    </p>
  );
}

interface Props {
  readonly word: string;
  readonly sure: string;
  readonly path: string;
}

type Stage = { readonly kind: 'rest' | 'asked' | 'running' } | { readonly kind: 'said'; readonly text: string };

function ChangeButton({ word, sure, path }: Props) {
  const [stage, setStage] = useState<Stage>({ kind: 'rest' });
  const router = useRouter();
  const run = async () => {
    setStage({ kind: 'running' });
    const sent = await sendHere(path, null, activationSchema);
    if (sent.kind === 'done') {
      setStage({ kind: 'said', text: `${sent.value.current} answers now. Its probe set reproduced within ${sent.value.maxDifference.toExponential(1)}.` });
      router.refresh();
    } else setStage({ kind: 'said', text: whyNot(sent, 'No answer came; look at the state above before trying again.') });
  };
  return (
    <span className="change">
      {stage.kind === 'asked' ? (
        <>
          <button type="button" className="btn-main" onClick={() => void run()}>
            {sure}
          </button>
          <button
            type="button"
            className="btn-plain"
            onClick={() => {
              setStage({ kind: 'rest' });
            }}
          >
            Leave it
          </button>
        </>
      ) : (
        <button
          type="button"
          className="btn"
          disabled={stage.kind === 'running'}
          onClick={() => {
            setStage({ kind: 'asked' });
          }}
        >
          {stage.kind === 'running' ? 'Running its probe set' : word}
        </button>
      )}
      <span role="status">{stage.kind === 'said' ? stage.text : ''}</span>
    </span>
  );
}
