'use client';

import { useCallback, useMemo, useState } from 'react';
import { worklistSchema, type Session, type Worklist } from '@concord/contracts';
import { Plate, orderChange, orderWords } from '@concord/ui';
import { paths } from '../api/paths.ts';
import { useNow, usePolled } from '../api/use-polled.ts';
import { LiveNews } from '../frame/live.tsx';
import { LostLine } from '../frame/lost-line.tsx';
import { OpeningVeil } from '../frame/loading-veil.tsx';
import { changedIds, newsBetween } from './changes.ts';
import { BoardHead, OrderLine } from './head.tsx';
import { Legend } from './legend.tsx';
import { ListTable } from './list-table.tsx';
import { useListKeys } from './list-keys.ts';
import { useChange } from './use-change.ts';

interface Props {
  readonly initial: Worklist;
  readonly session: Session;
  /** Null shows all wards of this person. */
  readonly ward: string | null;
}

/** Who is getting worse: rows that never move by themselves, numbers that do. */
export function WorklistBoard({ initial, session, ward }: Props) {
  const path = paths.worklist(ward);
  const { value, receivedAt, lost, recalled, refresh } = usePolled(path, worklistSchema, initial);
  const nowMs = useNow(value.generatedAt, receivedAt);
  const [shown, setShown] = useState<readonly string[]>(() => idsOf(initial));
  const [find, setFind] = useState('');
  const [opening, setOpening] = useState(false);
  const wanted = idsOf(value);
  const showOrder = useCallback(() => {
    setShown(wanted);
  }, [wanted]);
  const { news, changed } = useChange(value, newsBetween, changedIds);
  const rows = useMemo(() => rowsToShow(value, shown, find), [value, shown, find]);
  const keys = useListKeys({ count: rows.length, showOrder });
  const zone = session.timeZone;
  if (recalled) return <Recalled />;
  return (
    <main className="page" id="main">
      <LostLine lost={lost} shownMs={Date.parse(value.generatedAt)} nowMs={nowMs} zone={zone} onRetry={refresh} />
      <BoardHead worklist={value} session={session} ward={ward} find={find} onFind={setFind} />
      <OrderLine
        worklist={value}
        waiting={orderWords(orderChange(shown, wanted))}
        onShow={showOrder}
        checkedMs={Date.parse(value.generatedAt)}
        zone={zone}
        live={lost === null}
      />
      {value.rows.length === 0 ? (
        <EmptyWard worklist={value} ward={ward} />
      ) : (
        <>
          <ListTable
            rows={rows}
            nowMs={nowMs}
            changed={changed}
            keys={keys}
            onOpen={() => {
              setOpening(true);
            }}
          />
          {rows.length === 0 && <NobodyFound />}
          <Legend />
        </>
      )}
      <LiveNews news={news} />
      <OpeningVeil opening={opening} />
    </main>
  );
}

function Recalled() {
  return (
    <main className="page" id="main">
      <Plate level={1} title="This list is not open to you any more">
        <p>Your rights have changed since you opened it.</p>
      </Plate>
    </main>
  );
}

function NobodyFound() {
  return (
    <Plate title="Nobody here by that name, bed or record number">
      <p>Only patients of this list are searched.</p>
    </Plate>
  );
}

function EmptyWard({ worklist, ward }: { readonly worklist: Worklist; readonly ward: string | null }) {
  const name = worklist.wards.find((one) => one.id === ward)?.name;
  return (
    <Plate
      title={name ? `No patients in ${name}` : 'No patients'}
      actions={
        <a className="btn" href="/">
          All your wards
        </a>
      }
    >
      <p>Nobody has a bed here now. Who is admitted appears by itself.</p>
    </Plate>
  );
}

function idsOf(worklist: Worklist): readonly string[] {
  return worklist.rows.map((row) => row.banner.patientId);
}

/** One line of the list: a patient, or the empty place of one who left it. */
export interface ShownRow {
  readonly id: string;
  readonly row: Worklist['rows'][number] | null;
}

function rowsToShow(worklist: Worklist, shown: readonly string[], find: string): readonly ShownRow[] {
  const byId = new Map(worklist.rows.map((row) => [row.banner.patientId, row]));
  const wanted = find.trim().toLowerCase();
  return shown.map((id) => ({ id, row: byId.get(id) ?? null })).filter(({ row }) => wanted === '' || (row !== null && isFound(row, wanted)));
}

function isFound({ banner }: Worklist['rows'][number], wanted: string): boolean {
  const bare = (text: string) => text.toLowerCase().replace(/\s/g, '');
  return [banner.family, ...banner.given, banner.bed ?? '', banner.recordNumber ?? ''].some((word) => bare(word).includes(bare(wanted)));
}
