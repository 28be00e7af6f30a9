import type { PlaneBox } from '@concord/core/clinical';
import { seededRng } from '@concord/core/kernel';
import type { Rng } from '@concord/core/ports';
import { chestPhantoms, PHANTOM_BITS, type PhantomFinding } from '@concord/generator';
import { coverFilm, PREPARED_SIDE, prepareChest } from '@concord/modalities/chest-imaging';
import type { NpzArray } from './npz.ts';

const SIZE = 256;
/** Films of one drawn body. */
const FILMS = 12;
/** Share of films of which a part is covered, so that a cover itself is no sign of anything. */
const COVERED = 0.5;

/**
 * Drawn films with and without a mass, both with the other findings; of half of them a part is covered as occlusion covers it:
 * beside the mass, which then still counts, or over it, and then it is gone.
 * @returns `grey` [n, 128, 128], `mass` [n] (0 or 1), `box` [n, 4] (left, top, right, bottom on the prepared film; 0 without), `body` [n].
 */
export function lesionTensors(bodies: number, seed: number): readonly NpzArray[] {
  const count = bodies * FILMS;
  const side = PREPARED_SIDE * PREPARED_SIDE;
  const [grey, mass, box] = [new Uint8Array(count * side), new Uint8Array(count), new Uint8Array(count * 4)];
  for (let body = 0; body < bodies; body += 1) {
    const rng = seededRng(seed + body);
    const plans = Array.from({ length: FILMS }, (_, film) => [...beside(rng), ...(film % 2 === 0 ? [] : [drawnMass(rng)])]);
    chestPhantoms({ seed: seed + body, size: SIZE, films: plans }).forEach(({ columns, rows, grey: raw, truth }, film) => {
      const prepared = prepareChest({ columns, rows, grey: Uint8Array.from(raw, (value) => value >> (PHANTOM_BITS - 8)) }).grey;
      const planted = truth.find(({ finding }) => finding.kind === 'mass')?.box;
      const place = planted === undefined ? undefined : onPlane(planted);
      const { plane, isThere } = covered(Float32Array.from(prepared), place, rng);
      const at = body * FILMS + film;
      grey.set(Uint8Array.from(plane, Math.round), at * side);
      mass[at] = isThere ? 1 : 0;
      if (place !== undefined && isThere) box.set([place.left, place.top, place.right, place.bottom], at * 4);
    });
  }
  return [
    { name: 'grey', shape: [count, PREPARED_SIDE, PREPARED_SIDE], data: grey },
    { name: 'mass', shape: [count], data: mass },
    { name: 'box', shape: [count, 4], data: box },
    { name: 'body', shape: [count], data: Int32Array.from({ length: count }, (_, at) => Math.floor(at / FILMS)) },
  ];
}

/** A mass anywhere in a lung, 10 to 30 % of the film wide. */
export function drawnMass(rng: Rng): Extract<PhantomFinding, { kind: 'mass' }> {
  const between = (low: number, high: number): number => low + (high - low) * rng.next();
  return {
    kind: 'mass',
    side: rng.next() < 0.5 ? 'left' : 'right',
    down: between(0.15, 0.9),
    out: between(0.2, 0.85),
    radius: between(0.05, 0.15),
    density: between(0.45, 1),
  };
}

/** What else may stand on a film, with a mass or without. */
export function beside(rng: Rng): readonly PhantomFinding[] {
  const drawn: PhantomFinding[] = [];
  const side = () => (rng.next() < 0.5 ? 'left' : 'right');
  if (rng.next() < 0.2) drawn.push({ kind: 'effusion', side: side(), volume: 0.2 + 0.5 * rng.next() });
  if (rng.next() < 0.2) drawn.push({ kind: 'device', device: rng.next() < 0.5 ? 'ecg-leads' : 'central-line' });
  return drawn;
}

function onPlane([x, y, width, height]: readonly [number, number, number, number]): PlaneBox {
  const scale = PREPARED_SIDE / SIZE;
  return { left: Math.floor(x * scale), top: Math.floor(y * scale), right: Math.ceil((x + width) * scale), bottom: Math.ceil((y + height) * scale) };
}

function covered(data: Float32Array, mass: PlaneBox | undefined, rng: Rng): { readonly plane: Float32Array; readonly isThere: boolean } {
  if (rng.next() >= COVERED) return { plane: data, isThere: mass !== undefined };
  const over = mass !== undefined && rng.next() < 0.5 ? grown(mass, rng) : undefined;
  const box = over ?? anywhere(rng);
  // Half a mass is neither there nor gone: such a film is left as it is.
  if (over === undefined && touches(mass, box)) return { plane: data, isThere: true };
  return { plane: coverFilm(data, box, rng.next() < 0.5 ? 'surroundings' : 'mean'), isThere: mass !== undefined && over === undefined };
}

function touches(mass: PlaneBox | undefined, box: PlaneBox): boolean {
  return mass !== undefined && box.left < mass.right && box.right > mass.left && box.top < mass.bottom && box.bottom > mass.top;
}

function grown({ left, top, right, bottom }: PlaneBox, rng: Rng): PlaneBox {
  const more = () => 1 + Math.floor(5 * rng.next());
  const onto = (value: number) => Math.min(PREPARED_SIDE, Math.max(0, value));
  return { left: onto(left - more()), top: onto(top - more()), right: onto(right + more()), bottom: onto(bottom + more()) };
}

function anywhere(rng: Rng): PlaneBox {
  const [wide, high] = [8 + Math.floor(40 * rng.next()), 8 + Math.floor(40 * rng.next())];
  const [left, top] = [Math.floor((PREPARED_SIDE - wide) * rng.next()), Math.floor((PREPARED_SIDE - high) * rng.next())];
  return { left, top, right: left + wide, bottom: top + high };
}
