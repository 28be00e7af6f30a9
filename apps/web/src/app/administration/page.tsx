import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { sourcesSchema, staffSchema, wardsSchema } from '@concord/contracts';
import { SourceForm, StaffForm, WardForm } from '../../access/administration-forms.tsx';
import { StaffTable } from '../../access/staff-table.tsx';
import { ask } from '../../api/server.ts';
import { paths } from '../../api/paths.ts';
import { FailedPage } from '../../frame/failed-page.tsx';
import { Frame } from '../../frame/frame.tsx';
import { openSession } from '../../frame/open-page.tsx';

export const metadata: Metadata = { title: 'Wards and staff, Concord' };

/** Who belongs where, and who sends. No patient stands here. */
export default async function Administration() {
  const page = await openSession();
  if (page.instead !== null) return page.instead;
  const { session } = page;
  const [wards, staff, sources] = [await ask(paths.wards, wardsSchema), await ask(paths.staff, staffSchema), await ask(paths.sources, sourcesSchema)];
  if (wards.kind === 'signed-out') redirect('/sign-in');
  if (wards.kind === 'nothing') notFound();
  if (wards.kind !== 'ok' || staff.kind !== 'ok' || sources.kind !== 'ok') return <FailedPage session={session} reference={null} what="Wards and staff" />;
  const without = staff.value.items.filter((member) => member.wards.length === 0).length;
  return (
    <Frame session={session} nowMs={Date.now()} current="/administration" keys={[]}>
      <main className="page" id="main">
        <div className="head">
          <div>
            <h1>Wards and staff</h1>
            <p className="two">{`Whoever belongs to a ward reads its patients. ${String(without)} without a ward. Nobody changes their own.`}</p>
          </div>
        </div>
        <StaffTable staff={staff.value} wards={wards.value} self={session.login} />
        <StaffForm />
        <h2>Wards</h2>
        <p>{wards.value.items.map(({ name, setting }) => (setting === 'icu' ? `${name} (intensive care)` : name)).join(', ')}</p>
        <WardForm wards={wards.value} />
        <h2>Sources</h2>
        <table className="plain-list">
          <thead>
            <tr>
              <th scope="col">Source</th>
              <th scope="col">Numbers stand under</th>
              <th scope="col">Time zone</th>
              <th scope="col">Delivery</th>
            </tr>
          </thead>
          <tbody>
            {sources.value.items.map((source) => (
              <tr key={source.id}>
                <th scope="row">{source.name}</th>
                <td>
                  <code>{source.authority}</code>
                </td>
                <td>{source.timeZone}</td>
                <td>{source.delivery}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <SourceForm sources={sources.value} />
      </main>
    </Frame>
  );
}
