'use client';

import { useState, type SyntheticEvent } from 'react';
import { useRouter } from 'next/navigation';
import { validationSchema, withdrawalSchema, type ModelBundle, type Models } from '@concord/contracts';
import { modalityList } from '@concord/ui';
import { sendHere, wordsOf } from '../api/browser.ts';
import { paths } from '../api/paths.ts';

interface Props {
  readonly bundle: ModelBundle;
  readonly tasks: Models['tasks'];
  readonly wards: Models['wards'];
}

/** The aggregate of one check, as a form: which score, on whom, and what came out. */
export function ValidationForm({ bundle, tasks, wards }: Props) {
  const router = useRouter();
  const answered = tasks.filter(({ head }) => bundle.calibrations.some((one) => one.head === head));
  const [task, setTask] = useState(answered[0]?.id ?? '');
  const [said, setSaid] = useState('');
  const head = tasks.find(({ id }) => id === task)?.head;
  const patterns = bundle.calibrations.filter((one) => one.head === head).map(({ pattern }) => pattern);
  const send = async (form: HTMLFormElement) => {
    const sent = await sendHere(paths.validations, { bundle: bundle.id, ...bodyOf(new FormData(form)) }, validationSchema);
    if (sent.kind === 'done') {
      form.reset();
      setTask(answered[0]?.id ?? '');
      router.refresh();
    }
    setSaid(wordsOf(sent, 'Recorded.', 'No answer came; look at the list before trying again.'));
  };
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    void send(event.currentTarget);
  };
  return (
    <form className="validation" onSubmit={submit} aria-label="Record a check">
      <h3>Record a check</h3>
      <Choice name="task" label="Question" options={answered.map(({ id, title }) => [id, title])} onChange={setTask} />
      <Choice name="pattern" label="Inputs" options={patterns.map((pattern) => [pattern.join(), modalityList(pattern)])} />
      <Choice name="ward" label="Ward" options={wards.map(({ id, name }) => [id, name])} />
      <NumberField name="patients" label="Patients" min={1} step="1" required />
      <NumberField name="events" label="With the outcome" min={0} step="1" required />
      <NumberField name="auroc" label="AUROC, 0 to 1" min={0} step="0.001" />
      <NumberField name="slope" label="Slope" min={-100} step="0.01" />
      <NumberField name="observedExpected" label="Observed / expected" min={0} step="0.01" />
      <div className="long">
        <label htmlFor="v-note">How it was done (at least 20 characters, no patient named)</label>
        <textarea id="v-note" name="note" minLength={20} maxLength={2_000} rows={2} required />
      </div>
      <div className="acts">
        <button type="submit" className="btn-main">
          Record
        </button>
        <span role="status">{said}</span>
      </div>
    </form>
  );
}

function bodyOf(form: FormData): Readonly<Record<string, unknown>> {
  const text = (name: string): string => {
    const value = form.get(name);
    return typeof value === 'string' ? value : '';
  };
  const numbers = ['patients', 'events', 'auroc', 'slope', 'observedExpected'].filter((name) => text(name) !== '');
  return {
    task: text('task'),
    pattern: text('pattern').split(','),
    ward: text('ward'),
    note: text('note'),
    ...Object.fromEntries(numbers.map((name) => [name, Number(text(name))])),
  };
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly options: readonly (readonly [value: string, word: string])[];
  readonly onChange?: (value: string) => void;
}

function Choice({ name, label, options, onChange }: ChoiceProps) {
  return (
    <div>
      <label htmlFor={`v-${name}`}>{label}</label>
      <select
        id={`v-${name}`}
        name={name}
        required
        onChange={(event) => {
          onChange?.(event.currentTarget.value);
        }}
      >
        {options.map(([value, word]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </select>
    </div>
  );
}

interface NumberProps {
  readonly name: string;
  readonly label: string;
  readonly min: number;
  readonly step: string;
  readonly required?: boolean;
}

function NumberField({ name, label, min, step, required = false }: NumberProps) {
  return (
    <div>
      <label htmlFor={`v-${name}`}>{label}</label>
      <input id={`v-${name}`} name={name} type="number" min={min} step={step} required={required} inputMode="decimal" />
    </div>
  );
}

/** Takes a check back; the scores that it freed go back into the shadow. */
export function WithdrawButton({ id, what }: { readonly id: string; readonly what: string }) {
  const router = useRouter();
  const [said, setSaid] = useState('');
  const run = async () => {
    const sent = await sendHere(paths.withdraw(id), null, withdrawalSchema);
    setSaid(wordsOf(sent, 'Withdrawn.'));
    if (sent.kind === 'done') router.refresh();
  };
  return (
    <>
      <button type="button" className="btn-plain" aria-label={`Withdraw the check of ${what}`} onClick={() => void run()}>
        Withdraw
      </button>
      <span role="status">{said}</span>
    </>
  );
}
