import type { Session } from '@concord/contracts';
import { FailedPlate } from '@concord/ui';
import { shortReference } from '../api/answer.ts';
import { Frame } from './frame.tsx';

interface Props {
  readonly session: Session | null;
  readonly reference: string | null;
  /** `The worklist` */
  readonly what: string;
}

/** A page that could not be made: says so, with the reference that finds it in the log. */
export function FailedPage({ session, reference, what }: Props) {
  return (
    <Frame session={session} nowMs={Date.now()} current={null} keys={[]}>
      <main className="page" id="main">
        <FailedPlate
          level={1}
          what={what}
          reference={shortReference(reference)}
          at={null}
          rest="Nothing was changed. Monitors, alarms and the paper chart go on without this screen."
          actions={
            <a className="btn" href="">
              Try again
            </a>
          }
        />
      </main>
    </Frame>
  );
}
