'use client';

import type { Sources, Staff, Wards } from '@concord/contracts';
import { paths } from '../api/paths.ts';
import { useChange } from './use-change.ts';

/** Somebody whom the identity provider knows, made known by name here; a ward is then ticked in the table. */
export function StaffForm() {
  const { said, submit } = useChange();
  return (
    <form
      className="validation"
      aria-label="Add a person"
      onSubmit={submit(paths.staff, (field) => ({ subject: field('subject'), login: field('login'), name: field('name') }))}
    >
      <h2>Add or rename a person</h2>
      <Field name="subject" label="Subject at the identity provider" />
      <Field name="login" label="Login" />
      <Field name="name" label="Name" />
      <Acts word="Save person" said={said} />
    </form>
  );
}

export function WardForm({ wards }: { readonly wards: Wards }) {
  const { said, submit } = useChange();
  const save = submit(paths.wards, (field) => {
    const partOf = field('partOf');
    return { id: field('id'), name: field('name'), setting: field('setting'), ...(partOf === '' ? {} : { partOf }) };
  });
  return (
    <form className="validation" aria-label="Add a ward" onSubmit={save}>
      <h2>Add or change a ward</h2>
      <Field name="id" label="Id (as in Location/…)" pattern="[A-Za-z0-9.\-]{1,64}" list="ward-ids" />
      <datalist id="ward-ids">
        {wards.items.map(({ id }) => (
          <option key={id} value={id} />
        ))}
      </datalist>
      <Field name="name" label="Name" />
      <Choice
        name="setting"
        label="Setting"
        options={[
          { value: 'ward', word: 'Ward' },
          { value: 'icu', word: 'Intensive care' },
        ]}
      />
      <Choice name="partOf" label="Part of" options={[{ value: '', word: 'nothing' }, ...wards.items.map(({ id, name }) => ({ value: id, word: name }))]} />
      <Acts word="Save ward" said={said} />
    </form>
  );
}

export function SourceForm({ sources }: { readonly sources: Sources }) {
  const { said, submit } = useChange();
  const save = submit(paths.sources, (field) => ({
    id: field('id'),
    name: field('name'),
    authority: field('authority'),
    timeZone: field('timeZone'),
    delivery: field('delivery'),
  }));
  return (
    <form className="validation" aria-label="Add a source" onSubmit={save}>
      <h2>Add or change a source</h2>
      <Field name="id" label="Id (client, AE title)" pattern="[A-Za-z0-9.\-]{1,64}" list="source-ids" />
      <datalist id="source-ids">
        {sources.items.map(({ id }) => (
          <option key={id} value={id} />
        ))}
      </datalist>
      <Field name="name" label="Name" />
      <Field name="authority" label="Its record numbers stand under" />
      <Field name="timeZone" label="Time zone (IANA)" />
      <Choice
        name="delivery"
        label="Delivery"
        options={[
          { value: 'live', word: 'Live, with a send stamp' },
          { value: 'batch', word: 'In batches' },
        ]}
      />
      <Acts word="Save source" said={said} />
    </form>
  );
}

/** Who cares for one patient beside the ward; the list replaces the team of that name. */
export function TeamForm({ patientId, staff, self }: { readonly patientId: string; readonly staff: Staff; readonly self: string }) {
  const { said, submit } = useChange();
  const save = submit(paths.careTeams, (field, form) => ({ patientId, name: field('name'), members: form.getAll('member') }));
  return (
    <form className="validation" aria-label="Set a care team" onSubmit={save}>
      <h2>Set a care team</h2>
      <Field name="name" label="Name of the team" />
      <fieldset className="long">
        <legend>Members; the list replaces whoever was in the team of this name, an empty one ends it</legend>
        {staff.items
          .filter(({ login }) => login !== self)
          .map(({ subject, login, name }) => (
            <label key={subject} className="tick">
              <input type="checkbox" name="member" value={subject} /> {name === '' ? login : name}
            </label>
          ))}
      </fieldset>
      <Acts word="Save team" said={said} />
    </form>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly pattern?: string;
  readonly list?: string;
}

function Field({ name, label, ...more }: FieldProps) {
  return (
    <label>
      {label}
      <input name={name} required maxLength={200} autoComplete="off" {...more} />
    </label>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly word: string }[];
}

function Choice({ name, label, options }: ChoiceProps) {
  return (
    <label>
      {label}
      <select name={name}>
        {options.map(({ value, word }) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}

function Acts({ word, said }: { readonly word: string; readonly said: string }) {
  return (
    <div className="acts">
      <button type="submit" className="btn">
        {word}
      </button>
      <span role="status">{said}</span>
    </div>
  );
}
