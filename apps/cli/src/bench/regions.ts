import { createHash } from 'node:crypto';
import { openDicomReader } from '@concord/adapters/codecs';
import { blocksFolder, readActiveBundle, readBundle, SessionPool } from '@concord/adapters/onnx';
import type { BundleId, ImageValue, ModalityKind, Observation, PatientId, PatientTimeline, Sha256, SourceId } from '@concord/core/clinical';
import { hours, instant, invariant, minus, seededRng, sigmoid } from '@concord/core/kernel';
import type { ModelRunner } from '@concord/core/ports';
import type { BundleManifest } from '@concord/governance/models';
import { chestDerivedSchema, chestImaging, PREPARED_SIDE } from '@concord/modalities/chest-imaging';
import { modalities } from '@concord/modalities/registry';
import { examineRegions, mapOfPicture, type ExamineQuestion } from '@concord/pipeline/assess';
import { EXIT, readArgs, UsageError } from '../verb.ts';
import { printFigures, type Bench } from './bench.ts';
import { deletionOf } from './deletion.ts';
import { geometryError } from './geometry.ts';
import { plantedFilms, type SourceBox } from './planted-film.ts';
import { validationFilms } from './validation-films.ts';
import { isIn, meanWithInterval, overlapOf, rankCorrelation, type FilmFigures } from './region-figures.ts';

const BENCHMARK = 'benchmark-regions' as BundleId;
const FILM = 'chest-imaging' as ModalityKind;
const NOW = instant(Date.UTC(2026, 0, 15, 12));
const OVERLAP_ENOUGH = 0.5;
const MARKERS = 24;

/** Where image evidence points, on drawn films with a mass at a known place: the benchmark's bundle, or the served one for comparison. */
export const regionsBench: Bench = {
  usage:
    'bench regions [--films 200] [--seed 1] [--served [--data DIR]]     pointing game, overlap, geometry, deletion, randomised weights on planted masses; of the served bundle also on real films',
  async run(args, io) {
    const { values } = readArgs(args, {
      films: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      served: { type: 'boolean', default: false },
      data: { type: 'string' },
    });
    if (!/^[1-9]\d{0,4}$/.test(values.films) || !/^\d{1,6}$/.test(values.seed)) throw new UsageError('--films and --seed are whole numbers.');
    if (values.data !== undefined && !values.served) throw new UsageError('--data goes with --served: the benchmark knows no film of a person.');
    const [count, seed] = [Number(values.films), Number(values.seed)];
    const folders = { models: io.settings.modelsDir, data: io.settings.dataDir };
    const bundle = values.served ? await readActiveBundle(folders) : await readBundle(folders, BENCHMARK);
    const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
    const reader = openDicomReader();
    try {
      const figures: FilmFigures[] = [];
      let refused = 0;
      for await (const film of values.data === undefined ? plantedFilms(count, seed, reader) : realFilms(values.data, count)) {
        if (film === 'refused') refused += 1;
        else figures.push(await judged(film, { bundle, runner, seed: seed * 100_000 + figures.length }));
      }
      const geometry = await geometryError(MARKERS, seed, reader);
      printFigures({ bundle: bundle.id, films: figures.length, refused, geometryErrorPixels: geometry, ...summed(figures, seed) }, values.json, io);
    } finally {
      // An open thread would keep the command from ending after an error.
      await Promise.all([runner.close(), reader.close()]);
    }
    return EXIT.done;
  },
};

/** A film whose places are known, or a real one of which nobody knows them. */
interface AskedFilm {
  readonly value: ImageValue;
  readonly truth?: SourceBox;
}

/** Films of validation patients, one in so many that `count` of them spread over all. */
async function* realFilms(folder: string, count: number): AsyncGenerator<AskedFilm | 'refused'> {
  const { films } = await validationFilms(folder);
  const step = Math.max(1, Math.floor(films.length / count));
  for (const film of films.filter((_, at) => at % step === 0).slice(0, count)) {
    const observed = chestImaging.observe(film);
    const value = observed.ok ? observed.value[0]?.value : undefined;
    yield value?.prepared === undefined ? 'refused' : { value };
  }
}

interface Judge {
  readonly bundle: BundleManifest;
  readonly runner: ModelRunner;
  readonly seed: number;
}

async function judged({ value, truth }: AskedFilm, { bundle, runner, seed }: Judge): Promise<FilmFigures> {
  const question = questionOn(value, bundle);
  const parts = { plugins: modalities, bundle, runner, hash };
  const began = process.cpuUsage();
  const examined = await examineRegions(question, parts);
  const spent = process.cpuUsage(began);
  invariant(examined !== undefined, 'a film that passed the door can be examined');
  const random = bundle.encoders['image-random'];
  const other = random && (await mapOfPicture(question, { ...parts, bundle: { ...bundle, encoders: { ...bundle.encoders, image: random } } }));
  // A mass raises the score; a region that lowers it is no answer to where the mass is.
  const first = examined.regions.find(({ effect }) => effect > 0);
  const box: SourceBox = first?.where.kind === 'image-region' ? first.where.pointer.box : [0, 0, 0, 0];
  return {
    pointed: truth && isIn([box[0] + box[2] / 2, box[1] + box[3] / 2], truth),
    overlap: truth && overlapOf(box, truth),
    named: examined.regions.length,
    holding: examined.regions.filter(({ holds }) => holds).length,
    moved: Math.max(0, ...examined.regions.map(({ confirmed }) => Math.abs(confirmed))),
    comprehensiveness: first === undefined ? 0 : sigmoid(examined.whole) - sigmoid(examined.whole - first.confirmed),
    covers: examined.covers,
    processorSeconds: (spent.user + spent.system) / 1e6,
    mapPointed: truth && isIn(peakOf(examined.map, value), truth),
    deletion: await deletionOf(examined, seededRng(seed)),
    randomised: other && rankCorrelation(examined.map, other),
  };
}

function questionOn(value: ImageValue, bundle: BundleManifest): ExamineQuestion {
  const pattern = bundle.benchmark === undefined ? SERVED : [FILM];
  const head = bundle.fusion.heads[bundle.benchmark === undefined ? bundle.fusion.heads.length - 1 : 0] ?? '';
  return { timeline: timelineOf(value), at: NOW, pattern, head };
}

function hash(bytes: Uint8Array): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256;
}

/** The served bundle never asks a film alone. */
const SERVED = ['vitals' as ModalityKind, FILM];
const CALM = [
  ['9279-1', 16],
  ['2708-6', 97],
  ['8480-6', 122],
  ['8462-4', 70],
  ['8867-4', 76],
  ['8310-5', 36.8],
] as const;

function timelineOf(value: ImageValue): PatientTimeline {
  const source = 'bench' as SourceId;
  const at = minus(NOW, hours(2));
  const film: Observation = { id: 'film', effectiveAt: at, availableAt: at, value, sourceId: source };
  const signs = [8, 7, 6, 5, 4, 3, 2, 1].flatMap((hour) =>
    CALM.map(([code, number]): Observation => {
      const moment = minus(NOW, hours(hour));
      return { id: `${code}-${hour}`, effectiveAt: moment, availableAt: moment, value: { code, number, device: null }, sourceId: source };
    }),
  );
  const vitals = 'vitals' as ModalityKind;
  const streams = new Map([
    [vitals, { kind: vitals, observations: signs }],
    [FILM, { kind: FILM, observations: [film] }],
  ]);
  return { patientId: 'bench' as PatientId, revision: 1, demographics: [], stays: [], streams, withheld: [] };
}

/** Where the map is highest, in source pixels. */
function peakOf(map: Float32Array, { derived }: ImageValue): readonly [number, number] {
  const { crop } = chestDerivedSchema.parse(derived);
  let peak = 0;
  map.forEach((value, cell) => {
    if (value > (map[peak] ?? 0)) peak = cell;
  });
  const scale = crop.side / PREPARED_SIDE;
  return [crop.x + ((peak % PREPARED_SIDE) + 0.5) * scale, crop.y + (Math.floor(peak / PREPARED_SIDE) + 0.5) * scale];
}

function summed(figures: readonly FilmFigures[], seed: number): Readonly<Record<string, number>> {
  const named: Readonly<Record<string, readonly (number | undefined)[]>> = {
    pointing: figures.map(({ pointed }) => (pointed === undefined ? undefined : Number(pointed))),
    mapPointing: figures.map(({ mapPointed }) => (mapPointed === undefined ? undefined : Number(mapPointed))),
    overlapHalf: figures.map(({ overlap }) => (overlap === undefined ? undefined : Number(overlap >= OVERLAP_ENOUGH))),
    overlap: figures.map(({ overlap }) => overlap),
    comprehensiveness: figures.map(({ comprehensiveness }) => comprehensiveness),
    covers: figures.map(({ covers }) => covers),
    processorSeconds: figures.map(({ processorSeconds }) => processorSeconds),
    regions: figures.map(({ named: regions }) => regions),
    holds: figures.flatMap(({ named: regions, holding }) => (regions === 0 ? [] : [holding / regions])),
    movedLogit: figures.map(({ moved }) => moved),
    deletion: figures.map(({ deletion }) => deletion.map),
    randomLessMap: figures.map(({ deletion }) => deletion.random - deletion.map),
    centreLessMap: figures.map(({ deletion }) => deletion.centre - deletion.map),
    randomisedWeights: figures.map(({ randomised }) => randomised),
  };
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, values]) => {
      const known = values.filter((value) => value !== undefined);
      if (known.length === 0) return [];
      const [mean, low, high] = meanWithInterval(known, seed);
      return [
        [name, mean],
        [`${name}Low`, low],
        [`${name}High`, high],
      ];
    }),
  );
}
