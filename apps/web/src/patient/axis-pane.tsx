'use client';

import type { Timeline } from '@concord/contracts';
import { age, clocksLine, clockWords, measured, reasonWords, unitWords, when } from '@concord/ui';
import type { PaneContext } from './score-pane.tsx';
import { TimeAxis } from './time-axis.tsx';
import type { PatientFocus } from './use-focus.ts';

interface Props extends PaneContext {
  readonly timeline: Timeline;
  readonly focus: PatientFocus;
  readonly tags: ReadonlyMap<string, number>;
}

/** Everything on one time axis, and the same readings as a table for whoever cannot use a picture. */
export function AxisPane({ timeline, focus, tags, assessment, nowMs, zone }: Props) {
  const [from, to] = focus.window;
  const hours = Math.round((to - from) / 3_600_000);
  const tag = focus.selected ? tags.get(focus.selected.id) : undefined;
  return (
    <section className="pane" aria-labelledby="h-time" data-testid="axis">
      <header>
        <h2 id="h-time">{to === Date.parse(timeline.to) ? `Last ${String(hours)} hours` : `${String(hours)} hours`}</h2>
        {focus.selected && (
          <span className="chosen small two" title={reasonWords(focus.selected)}>
            {tag === undefined ? 'Selected: ' : 'Selected '}
            {tag !== undefined && <b>{tag}</b>}
            {`${tag === undefined ? '' : ', '}${reasonWords(focus.selected)}`}
          </span>
        )}
        <span className="end">
          <span className="only-wide">{`${when(from, nowMs, zone)} to ${when(to, nowMs, zone)}, ${clocksLine(timeline.clocks)} `}</span>
          <span className="zoom">
            <button
              type="button"
              aria-label="Longer time"
              onClick={() => {
                focus.zoom('out');
              }}
            >
              −
            </button>
            <button
              type="button"
              aria-label="Shorter time"
              onClick={() => {
                focus.zoom('in');
              }}
            >
              +
            </button>
          </span>
        </span>
      </header>
      <TimeAxis timeline={timeline} focus={focus} tags={tags} evidence={assessment?.evidence ?? []} nowMs={nowMs} zone={zone} />
      <Readings timeline={timeline} nowMs={nowMs} zone={zone} />
    </section>
  );
}

/** The newest reading of each lane, in words. */
function Readings({ timeline, nowMs, zone }: { readonly timeline: Timeline; readonly nowMs: number; readonly zone: string }) {
  return (
    <details className="readings">
      <summary>Newest readings as a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Reading</th>
            <th scope="col">Value</th>
            <th scope="col">Taken</th>
            <th scope="col">Age</th>
            <th scope="col">NEWS2 points</th>
          </tr>
        </thead>
        <tbody>
          {timeline.lanes.map(({ code, label, unit, latest }) => (
            <tr key={code}>
              <th scope="row">{label}</th>
              <td>{latest ? (latest.text ?? (latest.value === null ? '–' : `${measured(latest.value, unit)}\u00a0${unitWords(unit)}`)) : 'not recorded'}</td>
              <td>{latest ? when(Date.parse(latest.at), nowMs, zone) : '–'}</td>
              <td>{latest ? `${age(Date.parse(latest.at), nowMs)}${latest.stale ? ', too old' : ''}` : '–'}</td>
              <td>{latest?.points ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {timeline.clocks.length > 0 && (
        <ul className="clocks" aria-label="Clocks of devices">
          {timeline.clocks.map((own) => (
            <li key={own.device}>{`${own.device}: ${clockWords(own)}`}</li>
          ))}
        </ul>
      )}
    </details>
  );
}
