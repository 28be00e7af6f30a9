'use client';

import { useState } from 'react';
import { useRouter } from 'next/navigation';
import { doneSchema, type Staff, type Wards } from '@concord/contracts';
import { sendHere } from '../api/browser.ts';
import { paths } from '../api/paths.ts';

interface Props {
  readonly staff: Staff;
  readonly wards: Wards;
}

/** Who belongs to which ward; a tick holds from the next request of that person. */
export function StaffTable({ staff, wards }: Props) {
  const router = useRouter();
  const [said, setSaid] = useState('');
  const turn = (subject: string, wardId: string, isMember: boolean) => {
    void sendHere(paths.staffWards, { subject, wardId, isMember }, doneSchema).then((sent) => {
      setSaid(sent.kind === 'done' ? 'Changed. It holds from now on.' : sent.kind === 'refused' ? sent.why : 'No answer came.');
      router.refresh();
    });
  };
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
          {staff.items.map((member) => (
            <tr key={member.subject}>
              <th scope="row">
                {member.name === '' ? member.login : member.name}
                {member.wards.length === 0 && <small> no ward</small>}
              </th>
              {wards.items.map(({ id, name }) => {
                const isMember = member.wards.some(({ wardId }) => wardId === id);
                return (
                  <td key={id}>
                    <input
                      type="checkbox"
                      aria-label={`${member.login} in ${name}`}
                      checked={isMember}
                      onChange={() => {
                        turn(member.subject, id, !isMember);
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
