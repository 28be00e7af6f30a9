'use client';

import { useState, type SyntheticEvent } from 'react';
import { useRouter } from 'next/navigation';
import { z } from 'zod';
import { doneSchema, type DeviceList } from '@concord/contracts';
import { stamp } from '@concord/ui';
import { sendHere, wordsOf } from '../api/browser.ts';
import { paths } from '../api/paths.ts';
import { CLASSES, consentOf, type Choices } from './choices.ts';

interface Props {
  readonly patientId: string;
  readonly choices: Choices;
}

/** A table of what may be used for what; nothing is sent before the button. */
export function ChoicesForm({ patientId, choices }: Props) {
  const router = useRouter();
  const [said, setSaid] = useState('');
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const missing = (name: string) => CLASSES.map(([code]) => code).filter((code) => !form.has(`${name}-${code}`));
    const asked = { fromCare: missing('care'), fromScores: missing('score'), alsoInEmergencies: form.has('emergency') };
    setSaid('Saving …');
    void sendHere(paths.consent, consentOf(patientId, asked, new Date().toISOString()), z.object({ id: z.string() })).then((sent) => {
      setSaid(wordsOf(sent, 'Saved. It holds from now on.', 'No answer came; nothing may have changed.'));
      router.refresh();
    });
  };
  return (
    <form className="choices" onSubmit={submit} aria-label="Your choices">
      <table className="plain-list">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Shown to those who care for you</th>
            <th scope="col">Read by risk scores</th>
          </tr>
        </thead>
        <tbody>
          {CLASSES.map(([code, word]) => (
            <tr key={code}>
              <th scope="row">{word}</th>
              <td>
                <input
                  type="checkbox"
                  name={`care-${code}`}
                  aria-label={`${word}: shown to those who care for you`}
                  defaultChecked={!choices.fromCare.includes(code)}
                />
              </td>
              <td>
                <input type="checkbox" name={`score-${code}`} aria-label={`${word}: read by risk scores`} defaultChecked={!choices.fromScores.includes(code)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        <label className="tick">
          <input type="checkbox" name="emergency" defaultChecked={choices.alsoInEmergencies} />
          Nobody may look past this in an emergency, even if my life depends on it
        </label>
      </p>
      <p>
        <button type="submit" className="btn-main">
          Save
        </button>{' '}
        <span role="status">{said}</span>
      </p>
    </form>
  );
}

interface DevicesProps {
  readonly patientId: string;
  readonly devices: DeviceList;
  readonly zone: string;
}

/** Each device with the moment of its last reading, and whether it may go on. */
export function DevicesForm({ patientId, devices, zone }: DevicesProps) {
  const router = useRouter();
  const [said, setSaid] = useState('');
  const turn = (device: string, paused: boolean) => {
    void sendHere(paths.devices(patientId), { device, paused }, doneSchema).then((sent) => {
      setSaid(wordsOf(sent, paused ? `${device} is paused.` : `${device} collects again.`));
      router.refresh();
    });
  };
  if (devices.items.length === 0) return <p>No device measured you in the last 30 days.</p>;
  return (
    <>
      <table className="plain-list">
        <thead>
          <tr>
            <th scope="col">Device</th>
            <th scope="col">Last reading</th>
            <th scope="col">Collects</th>
            <th scope="col">Change</th>
          </tr>
        </thead>
        <tbody>
          {devices.items.map(({ device, lastAt, pausedSince }) => (
            <tr key={device}>
              <th scope="row">{device}</th>
              <td>{stamp(Date.parse(lastAt), zone)}</td>
              <td>{pausedSince === null ? 'yes' : `paused since ${stamp(Date.parse(pausedSince), zone)}`}</td>
              <td>
                <button
                  type="button"
                  className="btn"
                  onClick={() => {
                    turn(device, pausedSince === null);
                  }}
                >
                  {pausedSince === null ? `Pause ${device}` : `Resume ${device}`}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p role="status">{said}</p>
    </>
  );
}
