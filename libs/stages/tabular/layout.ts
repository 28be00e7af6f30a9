import type { ModalityKind } from '@concord/core/clinical';

/** Columns of one modality, or of what is known before any modality speaks. */
export interface ColumnGroup {
  /** Undefined for the context: it is part of every coalition. */
  readonly modality?: ModalityKind;
  /** `<channel>/<feature>` */
  readonly columns: readonly string[];
}

/** Every column in one order, with the modality and the channel that each belongs to. */
export interface TableLayout {
  readonly names: readonly string[];
  readonly modality: readonly (ModalityKind | undefined)[];
  readonly channel: readonly string[];
}

export function layoutOf(groups: readonly ColumnGroup[]): TableLayout {
  const all = groups.flatMap(({ modality, columns }) => columns.map((name) => ({ name, modality })));
  return { names: all.map(({ name }) => name), modality: all.map(({ modality }) => modality), channel: all.map(({ name }) => channelOf(name)) };
}

/** What stands before the last slash: codes of our own may hold slashes. */
function channelOf(column: string): string {
  return column.slice(0, column.lastIndexOf('/'));
}

/** Which columns of a row may speak: modalities of the coalition, less one channel. */
export interface TableCoalition {
  readonly modalities: readonly ModalityKind[];
  readonly without?: { readonly modality: ModalityKind; readonly channel: string };
}

/** What columns usually are, by place; undefined or NaN where nothing is usual. */
export type UsualRow = Float32Array | undefined;

/**
 * The row as the coalition sees it: a modality that may not speak is NaN, as if it had never been measured.
 * A channel that is left out says what it usually says, where it was measured: that somebody measured it stays, and only what was measured goes.
 * With nothing usual known it is NaN too.
 */
export function seenBy(values: Float32Array, { modalities, without }: TableCoalition, layout: TableLayout, usual?: UsualRow): Float32Array {
  const { modality, channel } = layout;
  return values.map((value, place) => {
    const own = modality[place];
    if (own === undefined) return value;
    if (!modalities.includes(own)) return Number.NaN;
    if (without?.modality !== own || without.channel !== channel[place]) return value;
    return usual === undefined || Number.isNaN(value) ? Number.NaN : keptOr(usual[place], value);
  });
}

/** How long ago and how often somebody measured has no usual: it stays as it is. */
function keptOr(usual: number | undefined, value: number): number {
  return usual === undefined || Number.isNaN(usual) ? value : usual;
}
