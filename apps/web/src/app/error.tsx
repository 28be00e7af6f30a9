'use client';

import { ConcordSign, FailedPlate } from '@concord/ui';
import { Foot } from '../frame/frame.tsx';

interface Props {
  readonly error: Error & { readonly digest?: string };
  readonly reset: () => void;
}

/** A fault of our own: no patient data in it, a reference to find it by. */
export default function PageFailed({ error, reset }: Props) {
  return (
    <>
      <header className="bar">
        <a className="mark" href="/">
          <ConcordSign />
          Concord
        </a>
      </header>
      <main className="page" id="main">
        <FailedPlate
          level={1}
          what="This page"
          reference={error.digest ?? null}
          at={null}
          rest="Nothing was changed. Monitors, alarms and the paper chart go on without this screen."
          actions={
            <button type="button" onClick={reset}>
              Try again
            </button>
          }
        />
      </main>
      <Foot session={null} />
    </>
  );
}
