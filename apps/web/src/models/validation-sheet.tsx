import type { Models, Validation } from '@concord/contracts';
import { count, modalityList, Plate, stamp } from '@concord/ui';
import { ValidationForm, WithdrawButton } from './validation-form.tsx';

interface Props {
  readonly models: Models;
  readonly zone: string;
}

/** What this site found when it checked a score on its own patients, and the form to say so. */
export function ValidationSheet({ models, zone }: Props) {
  const active = models.bundles.find(({ id }) => id === models.current);
  return (
    <section aria-labelledby="validations-title">
      <h2 id="validations-title">Checked at this site</h2>
      <p className="two">
        A score that was not tested on real patients of a setting like this one stays out of the ward until someone has checked it here: for each question, set
        of inputs and ward. The demo shows every score, marked as what it is.
      </p>
      {models.validations.length === 0 ? (
        <Plate title="Nothing was checked here yet">
          <p>Score in the shadow, compare with what happened, and record the aggregate below.</p>
        </Plate>
      ) : (
        <ValidationTable models={models} zone={zone} />
      )}
      {active !== undefined && active.unusable === null && <ValidationForm bundle={active} tasks={models.tasks} wards={models.wards} />}
    </section>
  );
}

function ValidationTable({ models, zone }: Props) {
  return (
    <table className="plain-list figures">
      <thead>
        <tr>
          <th scope="col">Recorded</th>
          <th scope="col">Question, inputs, ward</th>
          <th scope="col">Patients, with the outcome</th>
          <th scope="col">AUROC</th>
          <th scope="col">Slope</th>
          <th scope="col">Observed / expected</th>
          <th scope="col">How</th>
          <th scope="col">
            <span className="vh">Change</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {models.validations.map((one) => (
          <Line key={one.id} one={one} models={models} zone={zone} />
        ))}
      </tbody>
    </table>
  );
}

function Line({ one, models, zone }: { readonly one: Validation } & Props) {
  const task = models.tasks.find(({ id }) => id === one.task)?.title ?? one.task;
  const ward = models.wards.find(({ id }) => id === one.ward)?.name ?? one.ward;
  return (
    <tr>
      <td>
        {stamp(Date.parse(one.recordedAt), zone)}
        <small>{`${one.recordedBy}, ${one.bundle}`}</small>
      </td>
      <td>
        {task}
        <small>{`${modalityList(one.pattern)}; ${ward}`}</small>
      </td>
      <td>{`${count(one.patients)}, of them ${count(one.events)}`}</td>
      <td>{figure(one.auroc)}</td>
      <td>{figure(one.slope)}</td>
      <td>{figure(one.observedExpected)}</td>
      <td>{one.note}</td>
      <td>
        <Withdrawal one={one} what={`${task}, ${ward}`} zone={zone} />
      </td>
    </tr>
  );
}

function figure(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(2);
}

function Withdrawal({ one, what, zone }: { readonly one: Validation; readonly what: string; readonly zone: string }) {
  if (one.withdrawnAt === null) return <WithdrawButton id={one.id} what={what} />;
  return <span className="two">{`Withdrawn ${stamp(Date.parse(one.withdrawnAt), zone)} by ${one.withdrawnBy ?? ''}`}</span>;
}
