import { err, ok, type Result } from '@concord/core/kernel';
import type { Attributes } from './dataset.ts';

/** From one number to the next along the grey-scale pipeline. */
export type Mapping = (value: number) => number;

export interface ModalityStep {
  readonly kind: 'none' | 'rescale' | 'sequence';
  readonly map: Mapping;
}

/** Result in [0, 1]: 0 black, 1 white, before MONOCHROME1 turns it over. */
export type VoiStep =
  | { readonly kind: 'sequence'; readonly map: Mapping }
  | { readonly kind: 'window'; readonly voiFunction: VoiFunction; readonly windowCentre: number; readonly windowWidth: number; readonly map: Mapping };

export type VoiFunction = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';

const MODALITY_LUT_SEQUENCE = 0x00283000;
const VOI_LUT_SEQUENCE = 0x00283010;

/** Modality LUT sequence or rescale, never both: the sequence wins. PS3.3 C.11.1. */
export function modalityStep(attributes: Attributes, signed: boolean): Result<ModalityStep, string> {
  const [item] = attributes.items(MODALITY_LUT_SEQUENCE);
  if (item) {
    const table = lookUpTable(item, signed);
    return table.ok ? ok({ kind: 'sequence', map: table.value.map }) : table;
  }
  const slope = attributes.number(0x00281053);
  const intercept = attributes.number(0x00281052);
  if (slope === undefined && intercept === undefined) return ok({ kind: 'none', map: (value) => value });
  // A slope of 0 would paint one grey; writers that leave the field at 0 mean 1.
  const [a, b] = [slope === undefined || slope === 0 ? 1 : slope, intercept ?? 0];
  return ok({ kind: 'rescale', map: (value) => value * a + b });
}

/** VOI LUT sequence, else the first window; undefined when the file names neither and one must be derived. PS3.3 C.11.2. */
export function voiStep(attributes: Attributes, signed: boolean): Result<VoiStep | undefined, string> {
  const [item] = attributes.items(VOI_LUT_SEQUENCE);
  if (item) {
    const table = lookUpTable(item, signed);
    if (!table.ok) return table;
    const { map, white } = table.value;
    return ok({ kind: 'sequence', map: (value) => map(value) / white });
  }
  const [windowCentre, windowWidth] = [attributes.number(0x00281050), attributes.number(0x00281051)];
  if (windowCentre === undefined || windowWidth === undefined) return ok(undefined);
  const named = attributes.text(0x00281056);
  const voiFunction = named === 'SIGMOID' || named === 'LINEAR_EXACT' ? named : 'LINEAR';
  const valid = voiFunction === 'LINEAR' ? windowWidth >= 1 : windowWidth > 0;
  return ok(valid ? windowOf(voiFunction, windowCentre, windowWidth) : undefined);
}

/** The three functions of PS3.3 C.11.2.1.2 and C.11.2.1.3, scaled to [0, 1]. */
export function windowOf(voiFunction: VoiFunction, windowCentre: number, windowWidth: number): VoiStep {
  return { kind: 'window', voiFunction, windowCentre, windowWidth, map: windowMapping(voiFunction, windowCentre, windowWidth) };
}

function windowMapping(voiFunction: VoiFunction, centre: number, width: number): Mapping {
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  switch (voiFunction) {
    case 'SIGMOID':
      return (value) => 1 / (1 + Math.exp((-4 * (value - centre)) / width));
    case 'LINEAR_EXACT':
      return (value) => clamp((value - centre) / width + 0.5);
    case 'LINEAR':
      // Width 1 is a threshold: nothing lies between black and white.
      return width === 1 ? (value) => (value <= centre - 0.5 ? 0 : 1) : (value) => clamp((value - (centre - 0.5)) / (width - 1) + 0.5);
  }
}

interface Table {
  readonly map: Mapping;
  /** Largest output. */
  readonly white: number;
}

/** LUT Descriptor (0028,3002) and LUT Data (0028,3006): the descriptor must fit the data, an index outside is clamped. */
function lookUpTable(item: Attributes, signed: boolean): Result<Table, string> {
  const [count = 0, first = 0, bits = 0] = item.numbers(0x00283002);
  const data = item.bytes(0x00283006) ?? new Uint8Array(0);
  // 0 stands for 65,536 because the count is an unsigned short. PS3.3 C.11.1.1.1.
  const entries = count === 0 ? 65_536 : count;
  if (!within(bits, 1, 16) || data.length < entries) return err('a look-up table is incomplete or shorter than its descriptor says');
  const at = reader(data, entries);
  const lowest = signed && first > 0x7fff ? first - 0x10000 : first;
  return ok({ map: (value) => at(Math.min(entries - 1, Math.max(0, Math.round(value) - lowest))), white: 2 ** bits - 1 });
}

const within = (value: number, low: number, high: number) => value >= low && value <= high;

/** Entries take two bytes; some writers of 8-bit tables pack them into one. */
function reader(data: Uint8Array, entries: number): (index: number) => number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return data.length >= entries * 2 ? (index) => view.getUint16(index * 2, true) : (index) => view.getUint8(index);
}
