import { accessReportSchema, patientListSchema, reconcileListSchema, type ReconcileList, type Session } from '@concord/contracts';
import { Plate, birthDate, fullName, stamp } from '@concord/ui';
import { ask } from '../api/server.ts';
import { paths } from '../api/paths.ts';
import { Frame } from '../frame/frame.tsx';
import type { Desk } from '../frame/roles.ts';

interface Props {
  readonly session: Session;
  readonly desk: Exclude<Desk, 'clinical' | 'privacy' | 'steward' | 'administrator'>;
}

/** First pages of those who do not work a ward: what they may do here, and what they may not see. */
export function OtherDesk({ session, desk }: Props) {
  return (
    <Frame session={session} nowMs={Date.now()} current="/" keys={[]}>
      <main className="page" id="main">
        {desk === 'patient' && <OwnRecord session={session} />}
        {desk === 'integrator' && <SendingData session={session} />}
        {desk === 'none' && (
          <Plate level={1} title="Nothing here that you can open">
            <p>Your sign-in works, but no role was given to you. Whoever runs this site can give you one.</p>
          </Plate>
        )}
      </main>
    </Frame>
  );
}

async function OwnRecord({ session }: { readonly session: Session }) {
  const answer = await ask(paths.patients, patientListSchema);
  const records = answer.kind === 'ok' ? answer.value.items : [];
  return (
    <>
      <div className="head">
        <div>
          <h1>Your record</h1>
          <p className="two">{`Signed in as ${session.displayName}. This is what is held about you: measurements, reports and images.`}</p>
        </div>
      </div>
      {records.length === 0 ? (
        <Plate title="No record is linked to this sign-in">
          <p>Ask your ward to link it. Nothing about anybody else can be opened here.</p>
        </Plate>
      ) : (
        <>
          {records.map(({ patientId }) => (
            <EmergencyNotice key={patientId} patientId={patientId} zone={session.timeZone} />
          ))}
          <table className="plain-list">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Born</th>
                <th scope="col">Ward</th>
              </tr>
            </thead>
            <tbody>
              {records.map((record) => (
                <tr key={record.patientId}>
                  <td>
                    <a href={`/patients/${record.patientId}`}>{fullName(record)}</a>
                  </td>
                  <td>{record.birthDate ? birthDate(record.birthDate) : '–'}</td>
                  <td>{record.wardName ?? '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      <p className="two">
        Risk scores are a working aid of the people who care for you and are not part of it. Under Your choices you say whether your data may be read for them.
      </p>
    </>
  );
}

/** Who opened the record in an emergency, past the usual relations: told to the patient without being asked for. */
async function EmergencyNotice({ patientId, zone }: { readonly patientId: string; readonly zone: string }) {
  const report = await ask(paths.accessReport(patientId), accessReportSchema);
  const opened = report.kind === 'ok' ? report.value.lines.filter(({ outcome }) => outcome === 'emergency') : [];
  const [last] = opened;
  if (last === undefined) return null;
  const people = [...new Set(opened.map(({ who }) => who))].join(', ');
  return (
    <Plate title="Your record was opened in an emergency">
      <p>{`By ${people}, last on ${stamp(Date.parse(last.at), zone)}. A privacy officer looks at every such access. If you do not know why, ask your ward.`}</p>
      <p>
        <a href={`${paths.accessReport(patientId)}?format=html`}>Everybody who looked</a>
      </p>
    </Plate>
  );
}

const DOORS = [
  ['FHIR R4', 'POST /fhir/R4', 'patients, encounters, observations, reports; transaction or batch'],
  ['DICOMweb', 'POST /dicom-web/studies', 'images as DICOM Part 10 in multipart/related'],
  ['CSV', 'POST /api/v1/ingest/wearables/csv', 'vitals, one a line: patient,device,code,value,unit,effectiveAt,sentAt'],
] as const;

async function SendingData({ session }: { readonly session: Session }) {
  const answer = await ask(paths.reconcile, reconcileListSchema);
  return (
    <>
      <div className="head">
        <div>
          <h1>Sending data</h1>
          <p className="two">You send data in and read back what you sent. Patients of the wards are not open to you.</p>
        </div>
      </div>
      <table className="plain-list">
        <thead>
          <tr>
            <th scope="col">Door</th>
            <th scope="col">Address</th>
            <th scope="col">Takes</th>
          </tr>
        </thead>
        <tbody>
          {DOORS.map(([door, address, takes]) => (
            <tr key={door}>
              <td>
                <b>{door}</b>
              </td>
              <td>
                <code>{address}</code>
              </td>
              <td>{takes}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        {'What each door offers: '}
        <a href="/fhir/R4/metadata">FHIR capability statement</a>.
      </p>
      {answer.kind === 'ok' && answer.value.items.length > 0 && <Waiting queue={answer.value} zone={session.timeZone} />}
    </>
  );
}

/** What arrived and fits no patient. A person decides; until then it is never scored. */
function Waiting({ queue, zone }: { readonly queue: ReconcileList; readonly zone: string }) {
  return (
    <>
      <h2>{`Waiting to be matched: ${String(queue.total)}`}</h2>
      <table className="plain-list">
        <thead>
          <tr>
            <th scope="col">Received</th>
            <th scope="col">Door</th>
            <th scope="col">Why</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {queue.items.map((item) => (
            <tr key={item.id}>
              <td>{stamp(Date.parse(item.receivedAt), zone)}</td>
              <td>{item.door}</td>
              <td>{item.reason}</td>
              <td>{item.state}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
