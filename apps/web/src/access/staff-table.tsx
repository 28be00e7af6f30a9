'use client';

import type { Staff, Wards } from '@concord/contracts';
import { paths } from '../api/paths.ts';
import { useChange } from './use-change.ts';

interface Props {
  readonly staff: Staff;
  readonly wards: Wards;
  /** Login of whoever looks: nobody changes their own. */
  readonly self: string;
}

/** Who belongs to which ward, those without one first; a tick holds from the next request of that person. */
export function StaffTable({ staff, wards, self }: Props) {
  const { said, send } = useChange();
  const items = [...staff.items].sort((a, b) => Number(a.wards.length > 0) - Number(b.wards.length > 0));
  return (
    <>
      <table className="plain-list">
        <thead>
          <tr>
            <th scope="col">Who</th>
            {wards.items.map(({ id, name }) => (
              <th key={id} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((member) => (
            <tr key={member.subject}>
              <th scope="row">
                {member.name === '' ? member.login : member.name}
                {member.wards.length === 0 && <small> no ward</small>}
                {member.login === self && <small> your own</small>}
              </th>
              {wards.items.map(({ id, name }) => {
                const isMember = member.wards.some(({ wardId }) => wardId === id);
                return (
                  <td key={id}>
                    <input
                      type="checkbox"
                      aria-label={`${member.login} in ${name}`}
                      checked={isMember}
                      disabled={member.login === self}
                      onChange={() => {
                        send(paths.staffWards, { subject: member.subject, wardId: id, isMember: !isMember });
                      }}
                    />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p role="status">{said}</p>
    </>
  );
}
