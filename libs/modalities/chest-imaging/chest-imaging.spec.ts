import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImageHeader, ImageValue, ModalityStream, Observation, PatientId, ReceivedImage, Sha256, SourceId } from '@concord/core/clinical';
import { hours, instant, plus } from '@concord/core/kernel';
import { chestPhantom } from '@concord/generator';
import { chestImaging, prepareChest } from './index.ts';

const TAKEN = instant(Date.UTC(2026, 10, 20, 6));
const SC = '1.2.840.10008.5.1.4.1.1.7';

const phantom = (() => {
  const { columns, rows, grey } = chestPhantom({ seed: 3, findings: [], size: 192 });
  return { columns, rows, grey: Uint8Array.from(grey, (value) => value >> 4) };
})();
const recipe = {
  transferSyntaxUid: '1.2',
  decoder: 'native',
  modalityLut: 'none',
  voi: 'window',
  inverted: false,
  bitsStored: 8,
  storedValuesSha256: '' as Sha256,
} as const;
const header: ImageHeader = {
  studyInstanceUid: '1.2.1',
  seriesInstanceUid: '1.2.2',
  sopInstanceUid: '1.2.3',
  transferSyntaxUid: '1.2.840.10008.1.2.1',
  modality: 'DX',
  rows: 192,
  columns: 192,
  frames: 1,
  samplesPerPixel: 1,
  photometricInterpretation: 'MONOCHROME2',
  bitsAllocated: 8,
  bitsStored: 8,
  pixelRepresentation: 0,
  viewPosition: 'PA',
  bodyPart: 'CHEST',
  imageType: ['DERIVED', 'SECONDARY'],
  burnedInAnnotation: 'NO',
  patientOrientation: ['L', 'F'],
};

function film(change: Partial<ImageHeader> = {}, more: Partial<ReceivedImage> = {}): ReceivedImage {
  const subject = '00000000-0000-4000-8000-000000000001' as PatientId;
  const arrival = { sourceId: 'demo' as SourceId, subject, blob: 'b' as Sha256, effectiveAt: TAKEN, receivedAt: TAKEN };
  return { kind: 'image', ...arrival, sopClassUid: SC, header: { ...header, ...change }, pixels: { ...phantom, recipe }, ...more };
}
function observed(received: ReceivedImage): Observation<ImageValue> {
  const result = chestImaging.observe(received);
  const [first] = result.ok ? result.value : [];
  if (first === undefined) throw new Error('nothing was observed');
  return first;
}
const stream = (...observations: readonly Observation<ImageValue>[]): ModalityStream<ImageValue> => ({ kind: chestImaging.kind, observations });
const why = (received: ReceivedImage) => observed(received).value.unusedReason;
const turned = (map: (grey: Uint8Array) => Uint8Array) => film({}, { pixels: { ...phantom, grey: map(phantom.grey), recipe } });

/** Turned by a quarter to the right. */
const quarter = (grey: Uint8Array) => grey.map((_, at) => grey[(191 - (at % 192)) * 192 + Math.floor(at / 192)] ?? 0);
/** A square of half the side, drawn out to the whole picture. */
const enlarged = (grey: Uint8Array, top: number, left: number) =>
  grey.map((_, at) => grey[(top + Math.floor(Math.floor(at / 192) / 2)) * 192 + left + Math.floor((at % 192) / 2)] ?? 0);

/** A test object, as a physicist would image one; x and y from 0 to 1, grey from 0 to 1. */
const drawn = (grey: (x: number, y: number) => number) =>
  turned((film) => film.map((_, at) => Math.round(255 * grey((at % 192) / 191, Math.floor(at / 192) / 191))));
const fromMiddle = (x: number, y: number) => Math.hypot(x - 0.5, y - 0.5);
const TEST_OBJECTS: Readonly<Record<string, ReceivedImage>> = {
  'a step wedge': drawn((x) => Math.floor(x * 10) / 10),
  'a step wedge that stands': drawn((_, y) => Math.floor(y * 10) / 10),
  'a pattern of bars': drawn((x) => Math.floor(x * 40) % 2),
  'a chessboard': drawn((x, y) => (Math.floor(x * 8) + Math.floor(y * 8)) % 2),
  rings: drawn((x, y) => Math.floor(fromMiddle(x, y) * 20) % 2),
  'a ball of water': drawn((x, y) => (fromMiddle(x, y) < 0.42 ? 0.8 : 0.05)),
  'a slice of a head': drawn((x, y) => (fromMiddle(x, y) < 0.38 ? 0.5 : fromMiddle(x, y) < 0.43 ? 1 : 0)),
  'a hand': drawn((x, y) => (y < 0.6 && Math.floor(x * 9) % 2 === 1 ? 0.9 : y >= 0.6 && x > 0.2 && x < 0.8 ? 0.8 : 0.1)),
  noise: drawn((x, y) => Math.abs(Math.sin(x * 12_989.8 + y * 78_233.1) * 43_758.5) % 1),
};

describe('a test object that calls itself a chest film', () => {
  it.each(Object.entries(TEST_OBJECTS))('is not read when it is %s', (_, received) => {
    expect(why(received)).toMatch(/^The .+\.$/);
  });
});

describe('a chest film', () => {
  it('that is a frontal film under its marks may be used', () => {
    expect(why(film())).toBeUndefined();
    expect(observed(film()).value.prepared?.length).toBe(128 * 128);
    expect(why(film({ viewPosition: 'AP' }))).toBeUndefined();
  });

  it.each<[string, ReceivedImage]>([
    ['a capture without its marks', film({ imageType: ['ORIGINAL', 'PRIMARY'] })],
    ['a capture that does not say that it is free of text', film({ burnedInAnnotation: 'YES' })],
    ['a lateral view', film({ viewPosition: 'LL' })],
    ['a knee', film({ bodyPart: 'KNEE' })],
    ['a mirrored film', film({ patientOrientation: ['R', 'F'] })],
    ['several frames', film({ frames: 2 })],
    ['a negative', turned((grey) => grey.map((value) => 255 - value))],
    ['a film upside down', turned((grey) => grey.toReversed())],
    ['a film turned by a quarter', film({}, { pixels: { ...phantom, grey: quarter(phantom.grey), recipe } })],
    ['a film turned by three quarters', film({}, { pixels: { ...phantom, grey: quarter(quarter(quarter(phantom.grey))), recipe } })],
    ['the middle of a chest', film({}, { pixels: { ...phantom, grey: enlarged(phantom.grey, 48, 48), recipe } })],
    ['the lower half of a chest', film({}, { pixels: { ...phantom, grey: enlarged(phantom.grey, 96, 48), recipe } })],
    ['one grey everywhere', turned((grey) => grey.map(() => 90))],
    ['hardly any contrast', turned((grey) => grey.map((value) => 100 + value / 20))],
    ['a strip', film({}, { pixels: { columns: 192, rows: 64, grey: new Uint8Array(192 * 64), recipe } })],
  ])('is kept and not used, with the reason, when it is %s', (_, received) => {
    expect(why(received)).toMatch(/^The .+\.$|^A secondary capture .+\.$/);
    expect(observed(received).value.prepared).toBeUndefined();
    expect(chestImaging.readiness(stream(observed(received)), TAKEN)).toMatchObject({ kind: 'unfit' });
  });

  it('that names no view is not guessed to be frontal', () => {
    const { viewPosition: _, ...rest } = header;
    expect(why({ ...film(), header: rest })).toMatch(/view/);
  });

  it('stands for the chest for 72 hours, then is stale; one not fit for use does not displace a fit one', () => {
    const fit = observed(film());
    const later = { ...observed(film({ viewPosition: 'LL' })), effectiveAt: plus(TAKEN, hours(1)) };
    expect(chestImaging.readiness(stream(), TAKEN)).toEqual({ kind: 'absent' });
    expect(chestImaging.readiness(stream(fit, later), plus(TAKEN, hours(72)))).toEqual({ kind: 'ready' });
    const at = chestImaging.staleAt(stream(fit));
    expect(at !== undefined && chestImaging.readiness(stream(fit), at)).toEqual({ kind: 'stale', newest: TAKEN });
  });

  it('reaches the encoder as 128 × 128 grey values with its age', () => {
    const input = chestImaging.align(stream(observed(film())), plus(TAKEN, hours(5)));
    expect([input.name, input.shape, input.tokenMask.length, input.tokenAgeHours[15]]).toEqual(['image', [1, 128, 128], 16, 5]);
    expect(Math.max(...input.data)).toBeGreaterThan(1);
  });
});

describe('a region of a film', () => {
  const contributions = (cells: Readonly<Record<number, number>>) => Float32Array.from({ length: 16 }, (_, cell) => cells[cell] ?? 0);
  const regions = (cells: Readonly<Record<number, number>>) => chestImaging.attribute(stream(observed(film())), TAKEN, contributions(cells));

  it('on the left of the picture is the right of the patient', () => {
    const [region] = regions({ 8: 0.4 });
    expect(region).toMatchObject({
      kind: 'image-region',
      text: 'Right lower zone of the chest film (PA)',
      pointer: { sopInstanceUid: '1.2.3', frame: 1, box: [0, 96, 48, 48] },
    });
  });

  it('joins neighbours of one sign, keeps opposite signs apart and leaves small ones unnamed', () => {
    const named = regions({ 10: 0.5, 11: 0.4, 14: 0.3, 15: 0.35, 0: -0.4, 3: 0.02 });
    expect(named.map(({ text }) => text)).toEqual(['Left lower and basal zones of the chest film (PA)', 'Right upper zone of the chest film (PA)']);
    expect(named[0]?.contribution).toBeCloseTo(1.55, 5);
  });

  it('lies inside the film and inside the crop whatever the film’s shape, and no cell is counted twice', () => {
    const size = fc.integer({ min: 128, max: 400 });
    fc.assert(
      fc.property(size, size, fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 16, maxLength: 16 }), (columns, rows, values) => {
        const { crop } = prepareChest({ columns, rows, grey: new Uint8Array(columns * rows) });
        const base = observed(film());
        const placed = { ...base, value: { ...base.value, derived: { ...(base.value.derived as object), crop } } };
        const found = chestImaging.attribute(stream(placed), TAKEN, Float32Array.from(values));
        const boxes = found.map(({ pointer }) => (pointer && 'box' in pointer ? pointer.box : [0, 0, 0, 0]));
        const sum = Math.abs(found.reduce((total, { contribution }) => total + Math.abs(contribution), 0));
        return (
          boxes.every(([x = -1, y = -1, width = 0, height = 0]) => x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= columns && y + height <= rows) &&
          sum <= values.reduce((total, value) => total + Math.abs(value), 0) + 1e-3 &&
          (found.length > 0 || values.every((value) => value === 0))
        );
      }),
      { numRuns: 150 },
    );
  });
});

describe('the prepared film', () => {
  it('keeps the average grey of its square, whatever the size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 300 }), fc.integer({ min: 0, max: 255 }), (side, level) => {
        const { grey } = prepareChest({ columns: side, rows: side, grey: new Uint8Array(side * side).fill(level) });
        return grey.every((value) => value === level);
      }),
      { numRuns: 40 },
    );
  });

  it('is cropped around the middle', () => {
    expect(prepareChest({ columns: 300, rows: 200, grey: new Uint8Array(60_000) }).crop).toEqual({ x: 50, y: 0, side: 200 });
  });
});
