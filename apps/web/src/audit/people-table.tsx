import type { AuditPeople } from '@concord/contracts';
import { clockSeconds, weekday } from '@concord/ui';
import { RELATIONS } from './event.ts';

type Person = AuditPeople['people'][number];

interface Props {
  readonly people: readonly Person[];
  readonly zone: string;
}

/** The answer in one look: who, on what ground, how often, and which scores they were shown. All events count, also those on later pages. */
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
        {[...people]
          .sort((a, b) => Number(isMachine(a)) - Number(isMachine(b)))
          .map((person) => (
            <tr key={`${person.login} ${person.lastAt}`} {...(person.refused === person.times ? { className: 'refused' } : {})}>
              <td>
                <b>{nameOf(person)}</b>
                <small>{person.login}</small>
              </td>
              <td>
                {groundsOf(person).map((ground) => (
                  <span key={ground} className="ground">
                    {ground}
                  </span>
                ))}
              </td>
              <td>{person.scores.length === 0 ? '–' : person.scores.join(', ')}</td>
              <td>{person.refused === 0 ? String(person.times) : `${String(person.times)}, ${String(person.refused)} refused`}</td>
              <td>
                {clockSeconds(Date.parse(person.lastAt), zone)}
                <small>{weekday(Date.parse(person.lastAt), zone)}</small>
              </td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

/** The worker holds no role; a source holds this one. Who asks about a patient means people: machines come after them. */
const isMachine = ({ role }: Person): boolean => role === null || role === 'integrator';

/** Some identity providers put the role into the name. */
function nameOf({ name, login, role }: Person): string {
  if (name === '') return login;
  return name.includes(',') || role === null ? name : `${name}, ${role}`;
}

/** Each ground once: the relation to the patient, and the rule in its own words. */
function groundsOf({ grounds }: Person): readonly string[] {
  const words = grounds.map(({ relation, because, refused }) => {
    if (refused) return `Refused: ${because}`;
    return relation === null ? because : `${RELATIONS[relation] ?? relation}. ${because}`;
  });
  return [...new Set(words)];
}
