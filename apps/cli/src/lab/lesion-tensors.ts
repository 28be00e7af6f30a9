import type { PlaneBox } from '@concord/core/clinical';
import { seededRng } from '@concord/core/kernel';
import type { Rng } from '@concord/core/ports';
import { chestPhantoms, PHANTOM_BITS, type PhantomFinding } from '@concord/generator';
import { coverFilm, PREPARED_SIDE, prepareChest, type Crop } from '@concord/modalities/chest-imaging';
import { bordered } from './borders.ts';
import type { NpzArray } from './npz.ts';

const SIZE = 256;
/** Films of one drawn body. */
const FILMS = 12;
/** Share of films with the borders of a collimator. */
const BORDERED = 0.7;
/** Share of films of which a part is covered, so that a cover itself is no sign of anything. */
const COVERED = 0.6;

/**
 * Drawn films with and without a mass, both with the other findings, most of them with borders; of many of them a part is covered
 * as occlusion covers it: beside the mass, across it, or over all of it. How much of a mass is left is for the reader of the
 * tensors to say from its place and the cover's.
 * @returns `grey` [n, 128, 128], `place` [n, 4] of the mass, seen or not (left, top, right, bottom on the prepared film, fractions
 * of a cell kept; 0 without), `cover` [n, 4] (the same in whole cells), `body` [n].
 */
export function lesionTensors(bodies: number, seed: number): readonly NpzArray[] {
  const count = bodies * FILMS;
  const side = PREPARED_SIDE * PREPARED_SIDE;
  const [grey, place, cover] = [new Uint8Array(count * side), new Float32Array(count * 4), new Uint8Array(count * 4)];
  for (let body = 0; body < bodies; body += 1) {
    const rng = seededRng(seed + body);
    const plans = Array.from({ length: FILMS }, (_, film) => [...beside(rng), ...(film % 2 === 0 ? [] : [drawnMass(rng)])]);
    chestPhantoms({ seed: seed + body, size: SIZE, films: plans }).forEach((drawn, film) => {
      const { columns, rows, grey: raw, truth } = rng.next() < BORDERED ? bordered(drawn, rng) : drawn;
      const { grey: prepared, crop } = prepareChest({ columns, rows, grey: Uint8Array.from(raw, (value) => value >> (PHANTOM_BITS - 8)) });
      const planted = truth.find(({ finding }) => finding.kind === 'mass')?.box;
      const mass = planted === undefined ? undefined : onPlane(planted, crop);
      const box = rng.next() < COVERED ? coverBeside(mass, rng) : undefined;
      const plane = Float32Array.from(prepared);
      const at = body * FILMS + film;
      grey.set(Uint8Array.from(box === undefined ? plane : coverFilm(plane, box, rng.next() < 0.6 ? 'surroundings' : 'mean'), Math.round), at * side);
      if (mass !== undefined) place.set([mass.left, mass.top, mass.right, mass.bottom], at * 4);
      if (box !== undefined) cover.set([box.left, box.top, box.right, box.bottom], at * 4);
    });
  }
  return [
    { name: 'grey', shape: [count, PREPARED_SIDE, PREPARED_SIDE], data: grey },
    { name: 'place', shape: [count, 4], data: place },
    { name: 'cover', shape: [count, 4], data: cover },
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

function onPlane([x, y, width, height]: readonly [number, number, number, number], crop: Crop): PlaneBox {
  const scale = PREPARED_SIDE / crop.side;
  const [left, top] = [(x - crop.x) * scale, (y - crop.y) * scale];
  return { left, top, right: left + width * scale, bottom: top + height * scale };
}

/** A third anywhere, a third over all of the mass, a third somewhere across it, as a search moves its edges; anywhere where there is none. */
function coverBeside(mass: PlaneBox | undefined, rng: Rng): PlaneBox {
  const kind = rng.next();
  if (mass === undefined || kind < 1 / 3) return anywhere(rng);
  const [wide, high] = [mass.right - mass.left, mass.bottom - mass.top];
  const by = (length: number) => (kind < 2 / 3 ? -5 * rng.next() : length * (0.8 * rng.next() - 0.2));
  return onto({ left: mass.left + by(wide), top: mass.top + by(high), right: mass.right - by(wide), bottom: mass.bottom - by(high) }) ?? anywhere(rng);
}

/** In whole cells of the plane; undefined where nothing of it is left there. */
function onto({ left, top, right, bottom }: PlaneBox): PlaneBox | undefined {
  const cell = (value: number) => Math.min(PREPARED_SIDE, Math.max(0, Math.round(value)));
  const box = { left: cell(left), top: cell(top), right: cell(right), bottom: cell(bottom) };
  return box.right - box.left < 2 || box.bottom - box.top < 2 ? undefined : box;
}

function anywhere(rng: Rng): PlaneBox {
  const [wide, high] = [8 + Math.floor(40 * rng.next()), 8 + Math.floor(40 * rng.next())];
  const [left, top] = [Math.floor((PREPARED_SIDE - wide) * rng.next()), Math.floor((PREPARED_SIDE - high) * rng.next())];
  return { left, top, right: left + wide, bottom: top + high };
}
