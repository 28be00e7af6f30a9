import { clockSeconds, weekday } from '@concord/ui';
import type { Person } from './people.ts';

interface Props {
  readonly people: readonly Person[];
  readonly zone: string;
}

/** The answer in one look: who, on what ground, how often, and which scores they were shown. */
export function PeopleTable({ people, zone }: Props) {
  return (
    <table className="log people" data-testid="people">
      <caption className="vh">Who saw this patient, and why they were allowed</caption>
      <thead>
        <tr>
          <th scope="col">Who</th>
          <th scope="col">Why allowed, or refused</th>
          <th scope="col">Scores shown, and the model</th>
          <th scope="col">Times</th>
          <th scope="col">Last</th>
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <tr key={person.login} {...(person.refused === person.times ? { className: 'refused' } : {})}>
            <td>
              <b>{person.name || person.login}</b>
              <small>{person.login}</small>
            </td>
            <td>
              {person.grounds.map((ground) => (
                <span key={ground} className="ground">
                  {ground}
                </span>
              ))}
            </td>
            <td>{person.scores.length === 0 ? '–' : person.scores.join(', ')}</td>
            <td>{person.refused === 0 ? String(person.times) : `${String(person.times)}, ${String(person.refused)} refused`}</td>
            <td>
              {clockSeconds(person.lastAtMs, zone)}
              <small>{weekday(person.lastAtMs, zone)}</small>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
