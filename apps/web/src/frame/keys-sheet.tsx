'use client';

import { useCallback, useRef, useState } from 'react';
import { keysAreOff, switchKeys, useKeys } from './keys.ts';

export interface KeyLine {
  readonly keys: readonly string[];
  readonly does: string;
}

/** What the keys do here; opened by `?` and by its own button. */
export function KeysSheet({ keys }: { readonly keys: readonly KeyLine[] }) {
  const sheet = useRef<HTMLDialogElement>(null);
  const [off, setOff] = useState(false);
  const open = useCallback(() => {
    setOff(keysAreOff());
    sheet.current?.showModal();
  }, []);
  useKeys(
    useCallback(
      (event) => {
        if (event.key !== '?') return false;
        open();
        return true;
      },
      [open],
    ),
  );
  const flip = () => {
    switchKeys(!off);
    setOff(!off);
  };
  if (keys.length === 0) return null;
  return (
    <>
      <button type="button" className="btn-plain" onClick={open}>
        Keys <kbd aria-hidden="true">?</kbd>
      </button>
      <dialog ref={sheet} className="keys-sheet" aria-labelledby="keys-title">
        <h2 id="keys-title">Keys on this page</h2>
        <dl>
          {keys.map((line) => (
            <Line key={line.does} line={line} />
          ))}
        </dl>
        <div className="acts">
          <button type="button" aria-pressed={off} onClick={flip}>
            {off ? 'Single keys are off' : 'Switch single keys off'}
          </button>
          <button type="button" className="btn-main" onClick={() => sheet.current?.close()}>
            Close
          </button>
        </div>
      </dialog>
    </>
  );
}

function Line({ line }: { readonly line: KeyLine }) {
  return (
    <>
      <dt>
        {line.keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{line.does}</dd>
    </>
  );
}
