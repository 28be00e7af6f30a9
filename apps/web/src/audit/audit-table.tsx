import { Fragment } from 'react';
import { clockSeconds, weekday } from '@concord/ui';
import { purposeWord, type AuditLine } from './event.ts';
import { objectsIn } from './objects.ts';

interface Props {
  readonly lines: readonly AuditLine[];
  readonly zone: string;
}

const CLASS: Readonly<Record<AuditLine['outcome'], string | undefined>> = { allowed: undefined, emergency: 'btg', refused: 'refused', failed: 'refused' };

/** Events, newest first, a heading for each day of the site's calendar. */
export function AuditTable({ lines, zone }: Props) {
  const days = lines.map((line) => weekday(line.atMs, zone));
  return (
    <table className="log">
      <caption className="vh">Events, newest first</caption>
      <colgroup>
        <col className="k-when" />
        <col className="k-who" />
        <col />
        <col className="k-why" />
        <col className="k-pur" />
        <col className="k-ref" />
      </colgroup>
      <thead>
        <tr>
          <th scope="col" aria-sort="descending">
            When <span aria-hidden="true">↓</span>
          </th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          <th scope="col">Why allowed</th>
          <th scope="col">Purpose</th>
          <th scope="col">Request</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line, index) => (
          <Fragment key={`${line.id}-${String(index)}`}>
            {days[index] !== days[index - 1] && (
              <tr className="day">
                <th scope="rowgroup" colSpan={6}>
                  {days[index]}
                </th>
              </tr>
            )}
            <Line line={line} zone={zone} />
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

function Line({ line, zone }: { readonly line: AuditLine; readonly zone: string }) {
  return (
    <tr {...(CLASS[line.outcome] ? { className: CLASS[line.outcome] } : {})}>
      <td>
        <b>{clockSeconds(line.atMs, zone)}</b>
        <small>{line.unit}</small>
      </td>
      <td>
        <b>{line.login}</b>
        <small>{line.name}</small>
      </td>
      <td>
        {line.what} {objectsIn(line.on)}
        {line.query && <small>{line.query}</small>}
        {line.scores.length > 0 && <small>{line.scores.join('; ')}</small>}
        {line.patient && <small>{`patient ${line.patient}`}</small>}
      </td>
      <td>
        <b>{groundOf(line)}</b>
        <small>{line.because || line.basis || 'not said'}</small>
      </td>
      <td>{purposeWord(line.purpose)}</td>
      <td className="hash two">{line.request ?? '–'}</td>
    </tr>
  );
}

const GROUNDS: Readonly<Record<AuditLine['outcome'], string>> = { allowed: 'Allowed', emergency: 'Emergency access', refused: 'Refused', failed: 'Failed' };

/** The relation that allowed it; a refusal is said first. */
function groundOf({ outcome, relation }: AuditLine): string {
  return outcome === 'allowed' && relation !== '' ? relation : GROUNDS[outcome];
}
