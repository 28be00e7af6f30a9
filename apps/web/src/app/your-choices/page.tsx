import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import { deviceListSchema, patientListSchema, type Session } from '@concord/contracts';
import { Plate } from '@concord/ui';
import { choicesOf } from '../../access/choices.ts';
import { ChoicesForm, DevicesForm } from '../../access/choices-form.tsx';
import { ask } from '../../api/server.ts';
import { paths } from '../../api/paths.ts';
import { FailedPage } from '../../frame/failed-page.tsx';
import { Frame } from '../../frame/frame.tsx';
import { openSession } from '../../frame/open-page.tsx';

export const metadata: Metadata = { title: 'Your choices, Concord' };

const coded = z.array(z.object({ code: z.string().optional() })).optional();
const consentsSchema = z.object({
  entry: z
    .array(z.object({ resource: z.object({ provision: z.object({ provision: z.array(z.object({ class: coded, purpose: coded })).optional() }).optional() }) }))
    .optional(),
});

/** What a patient allows and refuses, which devices may collect, and where it says who looked. */
export default async function YourChoices() {
  const page = await openSession();
  if (page.instead !== null) return page.instead;
  const { session } = page;
  const answer = await ask(paths.patients, patientListSchema);
  if (answer.kind === 'signed-out') redirect('/sign-in');
  if (answer.kind === 'failed') return <FailedPage session={session} reference={answer.reference} what="This page" />;
  const record = answer.kind === 'ok' && session.roles.includes('patient') ? answer.value.items[0] : undefined;
  return (
    <Frame session={session} nowMs={Date.now()} current="/your-choices" keys={[]}>
      <main className="page" id="main">
        <div className="head">
          <div>
            <h1>Your choices</h1>
            <p className="two">What you change here holds from the next look on. Nobody at the bedside is told why something is not shown.</p>
          </div>
        </div>
        {record === undefined ? (
          <Plate title="No record is linked to this sign-in">
            <p>Ask your ward to link it.</p>
          </Plate>
        ) : (
          <Choosing session={session} patientId={record.patientId} />
        )}
      </main>
    </Frame>
  );
}

async function Choosing({ session, patientId }: { readonly session: Session; readonly patientId: string }) {
  const [consents, devices] = [await ask(paths.consents(patientId), consentsSchema), await ask(paths.devices(patientId), deviceListSchema)];
  const provisions = consents.kind === 'ok' ? (consents.value.entry ?? []).flatMap(({ resource }) => resource.provision?.provision ?? []) : [];
  return (
    <>
      <h2>What may be used</h2>
      <p>A score without something you withhold may be less sure, or not be made at all. It says that something is withheld, and never why.</p>
      <ChoicesForm key={JSON.stringify(provisions)} patientId={patientId} choices={choicesOf(provisions)} />
      <h2>Devices</h2>
      {devices.kind === 'ok' ? (
        <DevicesForm patientId={patientId} devices={devices.value} zone={session.timeZone} />
      ) : (
        <p>The devices cannot be shown at the moment.</p>
      )}
      <h2>Who looked</h2>
      <p>
        <a href={paths.accessReport(patientId)}>Everybody who looked at your record, and why they were allowed to</a>
      </p>
    </>
  );
}
