import { blocksFolder, readActiveBundle, readBundle, SessionPool } from '@concord/adapters/onnx';
import type { BundleId, ModalityStream, Reading } from '@concord/core/clinical';
import { seededRng } from '@concord/core/kernel';
import type { Rng } from '@concord/core/ports';
import { vitals } from '@concord/modalities/vitals';
import {
  answerAssembled,
  ASSEMBLED_FIGURES,
  encodeMaterials,
  endOfRow,
  judgeAssembled,
  timelineOf,
  type AssembledAnswer,
  type AssembledCell,
  type AssembledHour,
} from '@concord/pipeline/evaluate';
import { declineRows, type DeclineRow } from '../lab/decline-tensors.ts';
import { EXIT, readArgs, UsageError } from '../verb.ts';
import { materialsBy, PARTS } from './assembled-materials.ts';
import type { Bench } from './bench.ts';

/** Patterns with a film or a report, which no real patient has an outcome for: properties of assembled patients, each with its interval. */
export const assembledBench: Bench = {
  usage:
    'bench assembled --data DIR --films DIR [--rows 12000] [--seed 1] [--bundle ID] [--anew]     slope, observed over expected and coverage by pattern, on patients assembled from validation parts; conformal quantiles from calibration parts, and with --anew judged by them',
  async run(args, io) {
    const { values } = readArgs(args, {
      data: { type: 'string' },
      films: { type: 'string' },
      rows: { type: 'string', default: '12000' },
      seed: { type: 'string', default: '1' },
      bundle: { type: 'string' },
      anew: { type: 'boolean', default: false },
    });
    if (values.data === undefined || values.films === undefined) throw new UsageError('It reads two labelled folders: --data DIR --films DIR.');
    if (!/^[1-9]\d{0,5}$/.test(values.rows) || !/^\d{1,6}$/.test(values.seed)) throw new UsageError('--rows and --seed are whole numbers.');
    const folders = { models: io.settings.modelsDir, data: io.settings.dataDir };
    const bundle = values.bundle === undefined ? await readActiveBundle(folders) : await readBundle(folders, values.bundle as BundleId);
    const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
    try {
      const rng = seededRng(`assembled-${values.seed}`);
      const [all, materials] = [declineRows(values.data), await materialsBy(values.films)];
      const ask = async (part: number): Promise<readonly AssembledAnswer[]> => {
        const company = await encodeMaterials(materials(part), { bundle, runner });
        return answerAssembled(withSigns(sampled(all, { part, count: Number(values.rows), rng })), { bundle, runner, rng, company });
      };
      const own = { calibration: await ask(PARTS.calibration), validation: await ask(PARTS.validation) };
      const cells = judgeAssembled(own, { bundle, anew: values.anew, rng });
      if (values.json) io.out(JSON.stringify({ bundle: bundle.id, seed: Number(values.seed), anew: values.anew, rows: own.validation.length, cells }));
      else for (const cell of cells) io.out(lineOf(cell));
    } finally {
      await runner.close();
    }
    return EXIT.done;
  },
};

/** A draw of the hours of a part's patients, in their order. */
function sampled(
  all: readonly DeclineRow[],
  { part, count, rng }: { readonly part: number; readonly count: number; readonly rng: Rng },
): readonly DeclineRow[] {
  const own = all.filter(({ split }) => split === part);
  const share = count / own.length;
  return own.filter(() => rng.next() < share);
}

function withSigns(hours: readonly DeclineRow[]): readonly AssembledHour[] {
  let [record, stream]: [DeclineRow['record'] | undefined, ModalityStream<Reading> | undefined] = [undefined, undefined];
  return hours.map((hour) => {
    if (hour.record !== record) {
      record = hour.record;
      stream = timelineOf(record, [vitals]).streams.get(vitals.kind) as ModalityStream<Reading> | undefined;
    }
    const { patient, labels } = hour;
    return { patient, labels, signs: vitals.align(stream ?? { kind: vitals.kind, observations: [] }, endOfRow(hour.row)) };
  });
}

function lineOf({ head, pattern, figures, ci, patients, patientsWithEvent }: AssembledCell): string {
  const shown = ASSEMBLED_FIGURES.map((name) => `${name} ${figures[name]?.toFixed(3) ?? '-'} [${ci[name]?.map((end) => end.toFixed(3)).join(', ') ?? ''}]`);
  return `${head} ${pattern.join('+')} (${patients} patients, ${patientsWithEvent} with the event): ${shown.join(', ')}`;
}
