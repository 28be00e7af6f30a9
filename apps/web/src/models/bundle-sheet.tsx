import type { ModelBundle, Models } from '@concord/contracts';
import { LEVELS, count, modalityList, percent } from '@concord/ui';

interface Props {
  readonly bundle: ModelBundle;
  readonly tasks: Models['tasks'];
}

/** What is known of one bundle: every question and set of inputs it was calibrated for, with figures and where they come from. */
export function BundleSheet({ bundle, tasks }: Props) {
  if (bundle.unusable !== null) return null;
  const groups = tasks.filter(({ head }) => bundle.calibrations.some((one) => one.head === head));
  return (
    <section className="bundle" aria-labelledby="bundle-title">
      <h2 id="bundle-title">{bundle.title}</h2>
      <p className="two">{bundle.intendedUse}</p>
      <p>
        <a href={`/models/${encodeURIComponent(bundle.id)}`}>{`Model card of ${bundle.id}`}</a>
        {bundle.report && (
          <>
            {' · '}
            <a href={`/api/v1/models/${encodeURIComponent(bundle.id)}/report`}>{`Report of ${bundle.id}`}</a>
          </>
        )}
      </p>
      {groups.map((task) => (
        <TaskTable key={task.id} bundle={bundle} task={task} />
      ))}
      <h3>Learned from</h3>
      <ul className="sources">
        {bundle.training.map(({ name, licence, use }) => (
          <li key={`${name} ${use}`}>{`${name} (${licence}): ${use}`}</li>
        ))}
      </ul>
    </section>
  );
}

function TaskTable({ bundle, task }: { readonly bundle: ModelBundle; readonly task: Models['tasks'][number] }) {
  const rows = bundle.calibrations.filter(({ head }) => head === task.head);
  const threshold = bundle.thresholds[task.head];
  return (
    <>
      <h3>{task.title}</h3>
      {threshold && <p className="two">{`Raised from ${percent(threshold.raised)}, high from ${percent(threshold.high)}.`}</p>}
      <table className="plain-list figures">
        <thead>
          <tr>
            <th scope="col">Inputs</th>
            <th scope="col">AUROC</th>
            <th scope="col">Slope</th>
            <th scope="col">Observed / expected</th>
            <th scope="col">Patients, with the outcome</th>
            <th scope="col">How it was tested: intensive care, ward</th>
            <th scope="col">Figures from</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.pattern.join()}>
              <th scope="row">{modalityList(row.pattern)}</th>
              <td>{figure(bundle, row, 'auroc')}</td>
              <td>
                {figure(bundle, row, 'slope')}
                {isOff(bundle, row, 'slope') && <small>outside 0.9 to 1.1</small>}
              </td>
              <td>
                {figure(bundle, row, 'observedExpected')}
                {isOff(bundle, row, 'observedExpected') && <small>outside 0.9 to 1.1</small>}
              </td>
              <td>{`${count(row.patients)}, of them ${count(row.events)}`}</td>
              <td>{`${levelWord(row.evidenceLevel.icu)}, ${levelWord(row.evidenceLevel.ward)}`}</td>
              <td>{metricOf(bundle, row, 'auroc')?.data ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

type Row = ModelBundle['calibrations'][number];

function metricOf(bundle: ModelBundle, { head, pattern }: Row, name: string) {
  return bundle.metrics.find((metric) => metric.name === name && metric.head === head && metric.pattern.join() === pattern.join());
}

/** `.84 [.82, .86]`; without an interval the figure says so. */
function figure(bundle: ModelBundle, row: Row, name: string): string {
  const metric = metricOf(bundle, row, name);
  if (metric === undefined) return '–';
  if (metric.interval === null) return `${metric.value.toFixed(2)}, no interval`;
  return `${metric.value.toFixed(2)} [${metric.interval.map((end) => end.toFixed(2)).join(', ')}]`;
}

/** The figure itself, not its interval: what a steward should look at first. */
function isOff(bundle: ModelBundle, row: Row, name: string): boolean {
  const value = metricOf(bundle, row, name)?.value ?? 1;
  return value < 0.9 || value > 1.1;
}

function levelWord(level: string): string {
  return (
    Object.entries(LEVELS)
      .find(([name]) => name === level)?.[1]
      .word.toLowerCase() ?? level
  );
}
