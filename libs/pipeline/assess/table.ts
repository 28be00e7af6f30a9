import type { ModalityKind, ModalityTable, PatientTimeline, TableColumns } from '@concord/core/clinical';
import { invariant, type Instant } from '@concord/core/kernel';
import type { ModelRunner } from '@concord/core/ports';
import type { BundleManifest, ScorerEntry } from '@concord/governance/models';
import { coalitionsOf } from '@concord/stages/explanation';
import { isHourColumn } from '@concord/stages/alignment';
import { layoutOf, scoreTable, seenBy, type TableCoalition, type TableLayout, type UsualRow } from '@concord/stages/tabular';
import { CONTEXT_COLUMNS, contextRow } from './context.ts';
import type { ModalityInput } from './inputs.ts';
import type { View } from './view.ts';

/** One patient as one row of named numbers: context first, then every modality that can be read as a table. */
export interface Table {
  readonly layout: TableLayout;
  /** NaN where nothing is known. */
  readonly values: Float32Array;
  readonly channels: ReadonlyMap<ModalityKind, readonly string[]>;
}

export interface TableQuestion {
  readonly known: PatientTimeline;
  readonly at: Instant;
  readonly inputs: readonly ModalityInput[];
  /** Who reads it; their columns say whether the hours of each signal are made too. */
  readonly scorers: readonly ScorerEntry[];
}

/** A modality that is not ready leaves its columns unknown. */
export function tableOf({ known, at, inputs, scorers }: TableQuestion): Table {
  const hourly = scorers.some(readsHours);
  const readable = inputs.flatMap((input) => (input.plugin.table === undefined ? [] : [{ input, kind: input.plugin.kind, table: input.plugin.table }]));
  const layout = layoutFor(readable, hourly);
  const values = new Float32Array(layout.names.length).fill(Number.NaN);
  values.set(contextRow(known, at));
  let place = CONTEXT_COLUMNS.length;
  for (const { input, kind, table } of readable) {
    const stream = known.streams.get(kind);
    for (const part of partsOf(table, hourly)) {
      if (input.kind === 'ready' && stream !== undefined) values.set(part.row(stream, at), place);
      place += part.columns.length;
    }
  }
  return { layout, values, channels: new Map(readable.map(({ kind, table }) => [kind, table.channels])) };
}

/** Tables of one patient, each made once: every task pins one, and scorers that read no hours are spared three thousand columns. */
export type TableMaker = (question: Omit<TableQuestion, 'known'>) => Table;

/** @param known never another: a table is told from the others by its moment, its sources and whether it holds hours. */
export function tablesOf(known: PatientTimeline): TableMaker {
  const made = new Map<string, Table>();
  return (question) => {
    const sources = question.inputs.filter(({ plugin }) => plugin.table !== undefined).map(({ plugin, kind }) => `${plugin.kind} ${kind}`);
    const key = [question.at, question.scorers.some(readsHours), ...sources].join();
    const table = made.get(key) ?? tableOf({ known, ...question });
    made.set(key, table);
    return table;
  };
}

/** A bundle without such a scorer lays its tables out as it always did: what it answered is repeated to the byte. */
const hourReaders = new WeakMap<ScorerEntry, boolean>();

function readsHours(scorer: ScorerEntry): boolean {
  const known = hourReaders.get(scorer) ?? scorer.columns.some(isHourColumn);
  hourReaders.set(scorer, known);
  return known;
}

function partsOf(table: ModalityTable, hourly: boolean): readonly TableColumns[] {
  return hourly ? [table, table.hourly] : [table];
}

interface Readable {
  readonly kind: ModalityKind;
  readonly table: ModalityTable;
}

/** A layout names some 850 columns, 3,000 with hours, and depends on the plug-ins alone: an evaluation asks for the same one a hundred thousand times. */
const layouts = new WeakMap<TableColumns, { readonly of: readonly Readable[]; readonly layout: TableLayout }>();

function layoutFor(readable: readonly Readable[], hourly: boolean): TableLayout {
  const first = hourly ? readable[0]?.table.hourly : readable[0]?.table;
  const known = first === undefined ? undefined : layouts.get(first);
  if (known?.of.length === readable.length && known.of.every(({ kind, table }, place) => readable[place]?.table === table && readable[place].kind === kind))
    return known.layout;
  const own = readable.map(({ kind, table }) => ({ modality: kind, columns: partsOf(table, hourly).flatMap(({ columns }) => columns) }));
  const layout = layoutOf([{ columns: CONTEXT_COLUMNS }, ...own]);
  if (first !== undefined) layouts.set(first, { of: readable, layout });
  return layout;
}

export function scorerOf({ scorers = [] }: BundleManifest, id: string): ScorerEntry {
  const scorer = scorers.find((one) => one.id === id);
  invariant(scorer !== undefined, `the bundle names the scorer ${id}`);
  return scorer;
}

/** One batch: 2^n coalitions for exact Shapley values, and one row per channel that was measured. */
export async function tableView(
  pattern: readonly ModalityKind[],
  { layout, values, channels }: Table,
  { scorer, runner }: { readonly scorer: ScorerEntry; readonly runner: ModelRunner },
): Promise<View> {
  const coalitions = coalitionsOf(pattern);
  const measured = measuredChannels(values, layout);
  const left = pattern.flatMap((modality) =>
    (channels.get(modality) ?? []).filter((channel) => measured.has(`${modality} ${channel}`)).map((channel) => ({ modality, channel })),
  );
  const asked: readonly TableCoalition[] = [...coalitions.map((modalities) => ({ modalities })), ...left.map((without) => ({ modalities: pattern, without }))];
  const usual = usualOf(scorer, layout);
  const logits = await scoreTable(
    asked.map((coalition) => seenBy(values, coalition, layout, usual)),
    { scorer, layout },
    runner,
  );
  const answers = new Map(left.map(({ modality, channel }, index) => [`${modality} ${channel}`, logits[coalitions.length + index]]));
  return {
    pattern,
    heads: scorer.heads,
    parts: 'channels',
    coalitions: logits.slice(0, coalitions.length),
    without: new Map(pattern.map((modality) => [modality, (channels.get(modality) ?? []).map((channel) => answers.get(`${modality} ${channel}`))])),
  };
}

function usualOf({ usual }: ScorerEntry, { names }: TableLayout): UsualRow {
  return usual === undefined ? undefined : Float32Array.from(names, (name) => usual[name] ?? Number.NaN);
}

function measuredChannels(values: Float32Array, { modality, channel }: TableLayout): ReadonlySet<string> {
  const measured = new Set<string>();
  values.forEach((value, place) => {
    const own = modality[place];
    if (own !== undefined && !Number.isNaN(value)) measured.add(`${own} ${channel[place] ?? ''}`);
  });
  return measured;
}
