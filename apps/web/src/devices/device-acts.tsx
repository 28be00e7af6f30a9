'use client';

import { useState, type ReactNode } from 'react';
import { doneSchema, settledSchema } from '@concord/contracts';
import { sendHere, wordsOf, type Sent } from '../api/browser.ts';
import { paths } from '../api/paths.ts';

interface Props {
  readonly patientId: string;
  readonly device: string;
  /** Looks again, once something changed. */
  readonly onDone: () => void;
}

const LOST = 'No answer came; look again before you repeat it.';

/** Buttons that change something about a device, and what came of it. */
function Acts({ label, onDone, children }: { readonly label: string; readonly onDone: () => void; readonly children: (act: Act) => ReactNode }) {
  const [said, setSaid] = useState('');
  const [busy, setBusy] = useState(false);
  const send = (work: Promise<Sent<unknown>>, done: string): void => {
    setBusy(true);
    void work.then((sent) => {
      setBusy(false);
      setSaid(wordsOf(sent, done, LOST));
      if (sent.kind === 'done') onDone();
    });
  };
  return (
    <span className="device-acts" role="group" aria-label={label}>
      {children({ busy, send })}
      <span role="status">{said}</span>
    </span>
  );
}

interface Act {
  readonly busy: boolean;
  readonly send: (work: Promise<Sent<unknown>>, done: string) => void;
}

/** Ends a device's turn at the patient, or puts it back. */
export function TurnAct({ patientId, device, ended, onDone }: Props & { readonly ended: boolean }) {
  return (
    <Acts label={`Whom ${device} is on`} onDone={onDone}>
      {({ busy, send }) => (
        <button
          type="button"
          disabled={busy}
          onClick={() => {
            send(sendHere(paths.deviceTurns(patientId), { device, here: ended }, doneSchema), 'Recorded.');
          }}
        >
          {ended ? 'It is on this patient again' : 'Not on this patient'}
        </button>
      )}
    </Acts>
  );
}

const OUTCOMES = [
  ['this-patient', 'They are this patient’s'],
  ['not-this-patient', 'They are not'],
] as const;

/** Says whose the readings are that wait. */
export function SettleAct({ patientId, device, onDone }: Props) {
  return (
    <Acts label={`Whose the readings of ${device} are`} onDone={onDone}>
      {({ busy, send }) =>
        OUTCOMES.map(([outcome, word]) => (
          <button
            key={outcome}
            type="button"
            disabled={busy}
            onClick={() => {
              send(
                sendHere(paths.heldReadings(patientId), { device, outcome }, settledSchema),
                outcome === 'this-patient' ? 'Recorded: they count from now on.' : 'Recorded: they are never scored.',
              );
            }}
          >
            {word}
          </button>
        ))
      }
    </Acts>
  );
}
