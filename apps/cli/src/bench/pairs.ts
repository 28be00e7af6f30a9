import { openDicomReader } from '@concord/adapters/codecs';
import { blocksFolder, readActiveBundle, SessionPool } from '@concord/adapters/onnx';
import type { FindingStatement, ImageValue, Observation, ReportId, ReportValue, SourceId, TensorInput } from '@concord/core/clinical';
import { instant, probability, seededRng } from '@concord/core/kernel';
import type { DicomReader } from '@concord/interop/dicom';
import { chestImaging } from '@concord/modalities/chest-imaging';
import { radiologyReport, readReport } from '@concord/modalities/radiology-report';
import { findingsOf } from '@concord/pipeline/assess';
import { readTable, type Row } from '@concord/pipeline/evaluate';
import { folderFiles } from '../evaluate/folder-files.ts';
import { receivedFilm } from '../lab/nih-film.ts';
import { EXIT, readArgs, UsageError } from '../verb.ts';
import { printFigures, type Bench } from './bench.ts';
import { meanWithInterval } from './region-figures.ts';

const TABLE = 'metadata.csv';
const NOW = instant(Date.UTC(2026, 0, 15, 12));
const TOP = 10;
/** A chance this near to 0 or 1 is no more certain than the block that gave it. */
const DOUBT = 0.02;
const STRANGERS = 20;

/** A film and the note on it, of one real case. */
interface Case {
  readonly said: readonly FindingStatement[];
  readonly shown: ReadonlyMap<string, number>;
}

/**
 * Whether a note finds its film again, and whether another patient's is noticed, on real cases with both: by the chance that the film's block
 * gives to what the note says. Only measured, never learned from: the collection's licences forbid commerce. No ceiling is known here.
 */
export const pairsBench: Bench = {
  usage: 'bench pairs --data DIR [--seed 1]     note and film of real cases (folder of COVID case reports): search and mislink beside chance',
  async run(args, io) {
    const { values } = readArgs(args, { data: { type: 'string' }, seed: { type: 'string', default: '1' } });
    if (values.data === undefined || !/^\d{1,9}$/.test(values.seed)) throw new UsageError('--data DIR is the folder, --seed a whole number.');
    const folders = { models: io.settings.modelsDir, data: io.settings.dataDir };
    const bundle = await readActiveBundle(folders);
    const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
    const reader = openDicomReader();
    const table = await readTable(folderFiles(values.data), TABLE);
    if (!table.ok) throw new UsageError(`${TABLE} cannot be read there.`);
    const { asked, refused } = await firstOfEach(table.value, values.data, reader);
    const named =
      (await findingsOf(
        asked.map(({ tensor }) => tensor),
        chestImaging.kind,
        { bundle, runner },
      )) ?? [];
    await Promise.all([runner.close(), reader.close()]);
    const cases = asked.map(({ said, film }, at): Case => ({ said, shown: shownBy(film, named[at] ?? {}) }));
    printFigures({ bundle: bundle.id, refused, ...figures(cases, Number(values.seed)) }, values.json, io);
    return EXIT.done;
  },
};

interface Asked {
  readonly said: readonly FindingStatement[];
  readonly film: Observation<ImageValue>;
  readonly tensor: TensorInput;
}

/** The first frontal film of each patient whose note says anything that a film can show. */
async function firstOfEach(rows: readonly Row[], folder: string, reader: DicomReader): Promise<{ readonly asked: readonly Asked[]; readonly refused: number }> {
  const asked = new Map<string, Asked>();
  let refused = 0;
  for (const row of rows) {
    const { patientid: patientId = '', view = '', clinical_notes: note = '' } = row.cells;
    const said = saidIn(note);
    if (asked.has(patientId) || view === 'L' || said.length === 0) continue;
    const film = await filmOf(row, folder, reader);
    if (film === undefined) refused += 1;
    else asked.set(patientId, { said, film, tensor: chestImaging.align({ kind: chestImaging.kind, observations: [film] }, film.effectiveAt) });
  }
  return { asked: [...asked.values()], refused };
}

/** Undefined where the door refuses the file or the image arm abstains. */
async function filmOf({ line, cells }: Row, folder: string, reader: DicomReader): Promise<Observation<ImageValue> | undefined> {
  const bytes = await folderFiles(folder).bytes(`images/${String(cells['file'])}`);
  if (bytes === undefined) return undefined;
  const view = cells['view'] === 'PA' ? 'PA' : 'AP';
  const received = await receivedFilm({ bytes, patientId: String(cells['patientid']), view, row: line }, reader);
  const observed = received && chestImaging.observe(received);
  const film = observed?.ok === true ? observed.value[0] : undefined;
  return film?.value.unusedReason === undefined ? film : undefined;
}

function saidIn(text: string): readonly FindingStatement[] {
  const value: ReportValue = { reportId: 'note' as ReportId, version: 1, status: 'final', code: '36643-5', text, derived: readReport(text) };
  const report: Observation<ReportValue> = { id: 'note/1', effectiveAt: NOW, availableAt: NOW, value, sourceId: 'case' as SourceId };
  const said = radiologyReport.statements?.({ kind: radiologyReport.kind, observations: [report] }, NOW, []) ?? [];
  return said.filter(({ stance }) => stance === 'present' || stance === 'absent');
}

/** The chance of every finding that films and notes share, those included that the block is too unsure of to name. */
function shownBy(film: Observation<ImageValue>, chances: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  const named = Object.entries(chances).map(([name, chance]) => ({
    name,
    probability: probability(chance),
    present: 1,
    absent: DOUBT,
    films: 'both' as const,
  }));
  const stream = { kind: chestImaging.kind, observations: [film] };
  return new Map((chestImaging.statements?.(stream, film.effectiveAt, named) ?? []).map((one) => [one.finding, one.probability ?? 0.5]));
}

/** Log of the chance that the film shows what the note says; what the block knows nothing of counts for nobody. */
function likelihood({ said }: Case, { shown }: Case): number {
  return said.reduce((sum, { finding, stance }) => {
    const chance = shown.get(finding);
    if (chance === undefined) return sum;
    const bounded = Math.min(1 - DOUBT, Math.max(DOUBT, chance));
    return sum + Math.log(stance === 'present' ? bounded : 1 - bounded);
  }, 0);
}

function figures(cases: readonly Case[], seed: number): Readonly<Record<string, number>> {
  const rng = seededRng(`pairs-${String(seed)}`);
  const found: number[] = [];
  const above: number[] = [];
  for (const [at, own] of cases.entries()) {
    const others = cases.filter((_, other) => other !== at).map((other) => likelihood(own, other));
    const mine = likelihood(own, own);
    const better = others.filter((value) => value > mine).length;
    const equal = others.filter((value) => value === mine).length;
    // Of films that fit as well the own one is as likely as any to stand before the others.
    found.push(Math.min(1, Math.max(0, (TOP - better) / (equal + 1))));
    const strangers = Array.from({ length: STRANGERS }, () => others[Math.floor(rng.next() * others.length)] ?? 0);
    above.push(strangers.reduce((sum, value) => sum + (mine > value ? 1 : mine === value ? 0.5 : 0), 0) / STRANGERS);
  }
  const [recall, recallLow, recallHigh] = meanWithInterval(found, seed);
  const [mislink, mislinkLow, mislinkHigh] = meanWithInterval(above, seed);
  const chance = TOP / cases.length;
  return {
    patients: cases.length,
    recallAt10: recall,
    recallLow,
    recallHigh,
    recallChance: chance,
    mislinkAuroc: mislink,
    mislinkLow,
    mislinkHigh,
    mislinkChance: 0.5,
  };
}
