'use client';

import type { WorklistRow } from '@concord/contracts';
import {
  Change,
  EvidenceMark,
  InputSlots,
  MainReason,
  News2Box,
  ScoreMark,
  TrendLine,
  age,
  birthDate,
  fullName,
  parameterWord,
  recordNumber,
  sexLetter,
} from '@concord/ui';
import type { ShownRow } from './board.tsx';
import { DAY_TASK, mainAssessment } from './changes.ts';
import { rememberRow, type ListKeys } from './list-keys.ts';

interface TableProps {
  readonly rows: readonly ShownRow[];
  readonly nowMs: number;
  readonly changed: ReadonlySet<string>;
  readonly keys: ListKeys;
  readonly onOpen: () => void;
}

/** The ward in the order of need. NEWS2 and chance stand apart: one sees, the other foresees. */
export function ListTable({ rows, nowMs, changed, keys, onOpen }: TableProps) {
  return (
    <table className="list">
      <caption className="vh">{`${String(rows.length)} patients, in the order of need`}</caption>
      <colgroup>
        <col className="c-bed" />
        <col className="c-pat" />
        <col className="c-n2" />
        <col className="c-sc" />
        <col className="c-tr" />
        <col className="c-d" />
        <col />
        <col className="c-ev only-wide" />
        <col className="c-in" />
        <col className="c-new only-wide" />
      </colgroup>
      <TableHead />
      <tbody ref={keys.body}>
        {rows.map(({ id, row }, index) =>
          row ? (
            <PatientRow
              key={id}
              row={row}
              nowMs={nowMs}
              changed={changed.has(id)}
              stop={index === keys.active}
              onFocus={() => {
                keys.setActive(index);
              }}
              onOpen={onOpen}
            />
          ) : (
            <tr key={id} className="gone">
              <td />
              <td colSpan={9}>No longer on this list</td>
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}

function TableHead() {
  return (
    <thead>
      <tr>
        <th scope="col">Bed</th>
        <Column word="Patient">
          born, age, sex<span className="only-wide">, record</span>
        </Column>
        <th scope="col" aria-sort="descending">
          NEWS2 <span aria-hidden="true">↓</span> 1st<small>measured now</small>
        </th>
        <th scope="col">
          Decline in 24&nbsp;h <span aria-hidden="true">↓</span> 2nd<small>chance, tier</small>
        </th>
        <Column word="Last 24 h">0 to 50&nbsp;%</Column>
        <Column word="In 6 h">points</Column>
        <Column word="Main reason">raises it most</Column>
        <th scope="col" className="only-wide">
          Evidence<small>how tested</small>
        </th>
        <Column word="Inputs">missing, old</Column>
        <th scope="col" className="only-wide">
          Newest<small>oldest vital</small>
        </th>
      </tr>
    </thead>
  );
}

function Column({ word, children }: { readonly word: string; readonly children: React.ReactNode }) {
  return (
    <th scope="col">
      {word}
      <small>{children}</small>
    </th>
  );
}

interface RowProps {
  readonly row: WorklistRow;
  readonly nowMs: number;
  readonly changed: boolean;
  readonly stop: boolean;
  readonly onFocus: () => void;
  readonly onOpen: () => void;
}

function PatientRow({ row, nowMs, changed, stop, onFocus, onOpen }: RowProps) {
  const { banner } = row;
  const assessment = mainAssessment(row, DAY_TASK);
  return (
    <tr
      data-patient={banner.patientId}
      {...(changed ? { className: 'changed' } : {})}
      onFocus={onFocus}
      onClick={(event) => {
        event.currentTarget.querySelector<HTMLAnchorElement>('a.name')?.click();
      }}
    >
      <td className="bed">{banner.bed ?? '–'}</td>
      <th scope="row">
        <a
          className="name"
          href={`/patients/${banner.patientId}`}
          tabIndex={stop ? 0 : -1}
          onClick={(event) => {
            event.stopPropagation();
            rememberRow(banner.patientId);
            if (!event.metaKey && !event.ctrlKey && !event.shiftKey) onOpen();
          }}
        >
          {fullName(banner)}
        </a>
        <Born banner={banner} />
      </th>
      <td>
        <News2Box news2={row.news2} />
      </td>
      <td>
        <ScoreMark assessment={assessment} />
      </td>
      <td>
        <TrendLine trend={row.trend} tier={assessment?.tier ?? null} nowMs={nowMs} />
      </td>
      <td>
        <Change change={assessment?.outcome === 'scored' ? row.trend.change6h : null} />
      </td>
      <td className="reason-cell">
        <MainReason assessment={assessment} news2={row.news2} />
      </td>
      <td className="only-wide">
        <EvidenceMark level={assessment?.evidenceLevel ?? null} />
      </td>
      <td>
        <InputSlots inputs={row.inputs} nowMs={nowMs} />
      </td>
      <td className="only-wide">
        <Newest row={row} nowMs={nowMs} />
      </td>
    </tr>
  );
}

function Born({ banner }: { readonly banner: WorklistRow['banner'] }) {
  const born = banner.birthDate ? birthDate(banner.birthDate) : 'birth date not recorded';
  const age = banner.ageYears === null ? [] : [`${String(banner.ageYears)}\u00a0y`];
  return (
    <span className="l2">
      {[born, ...age, sexLetter(banner.sex)].join(' · ')}
      {banner.recordNumber && <span className="only-wide">{` · ${recordNumber(banner.recordNumber)}`}</span>}
    </span>
  );
}

/** The newest of anything, and the vital that is oldest: the one to take next. */
function Newest({ row, nowMs }: { readonly row: WorklistRow; readonly nowMs: number }) {
  const arrivals = row.inputs.flatMap((input) => (input.newestAt === null ? [] : [Date.parse(input.newestAt)]));
  const vitals = row.news2.parts.flatMap((part) => (part.effectiveAt === null ? [] : [{ parameter: part.parameter, at: Date.parse(part.effectiveAt) }]));
  const oldest = vitals.sort((a, b) => a.at - b.at)[0];
  if (arrivals.length === 0 && !oldest) return <span className="three">nothing yet</span>;
  const newest = Math.max(...arrivals, ...vitals.map((vital) => vital.at));
  return (
    <>
      {age(newest, nowMs)}
      {oldest && <span className="l2">{`${SHORT[oldest.parameter] ?? parameterWord(oldest.parameter)} ${age(oldest.at, nowMs)}`}</span>}
    </>
  );
}

const SHORT: Readonly<Record<string, string>> = { temperature: 'temp', respiration: 'resp.', consciousness: 'ACVPU', oxygen: 'O₂' };
