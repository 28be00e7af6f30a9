import type { Metadata } from 'next';
import { ConcordSign, Plate } from '@concord/ui';
import { Foot } from '../frame/frame.tsx';

export const metadata: Metadata = { title: 'Nothing to open, Concord' };

/**
 * Denied and absent are this one page: it knows nothing of what was asked for, and nothing of who asks, so the two
 * cannot come to differ.
 */
export default function NotFound() {
  return (
    <>
      <header className="bar">
        <a className="mark" href="/">
          <ConcordSign />
          Concord
        </a>
      </header>
      <main className="page" id="main">
        <Plate
          level={1}
          title="Nothing here that you can open"
          actions={
            <a className="btn" href="/">
              Back to the list
            </a>
          }
        >
          <p>Either there is no such patient, or this is not your patient. The page does not say which.</p>
          <p className="two">Working elsewhere today? Ask the person in charge of the ward to add you to the patient’s team: it holds from the next click.</p>
        </Plate>
      </main>
      <Foot session={null} />
    </>
  );
}
