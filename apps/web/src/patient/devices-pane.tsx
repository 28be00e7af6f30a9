import { WarnLine, deviceWarning, heldWords, listed, when, type Told } from '@concord/ui';
import type { PatientPage } from '@concord/contracts';
import { SettleAct, TurnAct } from '../devices/device-acts.tsx';
import type { PaneContext } from './score-pane.tsx';

interface Props extends PaneContext {
  /** Whoever reads works at the bed: may say whom a device is on. */
  readonly tends: boolean;
  readonly onDone: () => void;
}

type Device = PatientPage['devices'][number];

/** Which devices speak for the patient, of which it is not sure, and what of theirs waits for a person. */
export function DevicesPane({ page, nowMs, zone, tends, onDone }: Props) {
  if (page.devices.length === 0) return null;
  const told = { nowMs, zone };
  const parts = { patientId: page.banner.patientId, tends, onDone, told };
  return (
    <section className="pane" aria-labelledby="h-devices" data-testid="devices">
      <header>
        <h2 id="h-devices">Devices</h2>
        <span className="end">whose readings these are</span>
      </header>
      {page.devices.map((device) => (
        <DeviceLines key={device.device} device={device} {...parts} />
      ))}
    </section>
  );
}

/** A score may rest on somebody else's readings, or lack the patient's own: said across the page until somebody settles it. */
export function DevicesLine({ page }: { readonly page: Pick<PatientPage, 'devices'> }) {
  const unsure = page.devices.filter(({ contestedAt, held }) => contestedAt !== null || held !== null).map(({ device }) => device);
  if (unsure.length === 0) return null;
  return (
    <WarnLine glyph="i-note" action={<a href="#h-devices">Devices</a>}>
      <b>{`It is not sure whose all readings of ${listed(unsure)} are.`}</b>
    </WarnLine>
  );
}

interface LinesProps {
  readonly device: Device;
  readonly patientId: string;
  readonly tends: boolean;
  readonly onDone: () => void;
  readonly told: Told;
}

function DeviceLines({ device, patientId, tends, onDone, told }: LinesProps) {
  const acts = { patientId, device: device.device, onDone };
  const warning = deviceWarning(device, told);
  const turn = tends && <TurnAct {...acts} ended={device.ended !== null} />;
  return (
    <>
      {warning === null ? (
        <p className="device">
          <span>
            <b>{device.device}</b>
            {device.newestAt !== null && `, last at ${when(Date.parse(device.newestAt), told.nowMs, told.zone)}`}
          </span>
          {turn}
        </p>
      ) : (
        <WarnLine glyph="i-note" action={turn}>
          <b>{warning.head}</b>
          {warning.rest}
        </WarnLine>
      )}
      {device.held !== null && (
        <WarnLine glyph="i-note" action={tends && <SettleAct {...acts} />}>
          <b>{heldWords({ device: device.device, ...device.held }, told)}</b>, not scored until somebody says whose they are.
        </WarnLine>
      )}
    </>
  );
}
