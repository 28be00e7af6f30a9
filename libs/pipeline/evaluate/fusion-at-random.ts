import { sigmoid } from '@concord/core/kernel';
import { calibrate } from '@concord/stages/calibration';
import { coalitionsOf } from '@concord/stages/explanation';
import { weightedAuroc } from './discrimination.ts';
import type { Measured } from './fusion-properties.ts';
import { calibrationOn, fused, tokensOf, type FusionParts, type TruthPatient } from './fusion-rows.ts';

const HEAD = 'outcome';

interface AtRandom {
  /** Places of its patients among all. */
  readonly rows: readonly number[];
  readonly outcome: Uint8Array;
  readonly logit: Float64Array;
  /** The best possible log-odds: an absence tells nothing here. */
  readonly best: Float64Array;
  readonly mapped: Float64Array;
}

/**
 * The same network where sources are missing whatever the patient's state. It learned from sets that were cut from complete patients, so its raw chance
 * should hold; the maps of the patterns were fitted where the sick are measured more, and should not.
 * @param patients measured at random.
 */
export async function measureAtRandom(patients: readonly TruthPatient[], parts: FusionParts): Promise<Measured> {
  const patterns: AtRandom[] = [];
  for (const pattern of coalitionsOf(parts.generator.sources).slice(1)) patterns.push(await rowsOf(patients, pattern, parts));
  return {
    units: patients.length,
    figures: (weight) => {
      const of = patterns.map(({ rows, outcome, logit, best, mapped }) => {
        const own = (row: number): number => weight(rows[row] ?? 0);
        const sum = (values: Float64Array): number => values.reduce((total, value, row) => total + own(row) * value, 0);
        const expected = sum(best.map((value) => sigmoid(value)));
        return {
          below: weightedAuroc(best, outcome, own) - weightedAuroc(logit, outcome, own),
          raw: expected / sum(logit.map((value) => sigmoid(value))),
          mapped: expected / sum(mapped),
        };
      });
      return {
        'atRandom.belowOptimal': Math.max(...of.map(({ below }) => below)),
        'atRandom.rawLow': Math.min(...of.map(({ raw }) => raw)),
        'atRandom.rawHigh': Math.max(...of.map(({ raw }) => raw)),
        'atRandom.mappedLow': Math.min(...of.map(({ mapped }) => mapped)),
        'atRandom.mappedHigh': Math.max(...of.map(({ mapped }) => mapped)),
      };
    },
  };
}

async function rowsOf(patients: readonly TruthPatient[], pattern: readonly string[], parts: FusionParts): Promise<AtRandom> {
  const { bundle, generator } = parts;
  const rows = patients.flatMap(({ measured, labels }, row) => (measured.join() === pattern.join() && labels[HEAD] !== null ? [row] : []));
  const own = rows.flatMap((row) => patients[row] ?? []);
  const kinds = bundle.fusion.layout.flatMap(({ modality }) => (pattern.includes(modality) ? [modality] : []));
  const logits = await fused(await tokensOf(own, parts), () => kinds, parts);
  const logit = Float64Array.from(logits, (all) => all[bundle.fusion.heads.indexOf(HEAD)] ?? 0);
  return {
    rows,
    outcome: Uint8Array.from(own, ({ labels }) => labels[HEAD] ?? 0),
    logit,
    best: Float64Array.from(own, (patient) => generator.game(patient, pattern, HEAD).at(-1) ?? 0),
    mapped: logit.map((value) => calibrate(value, calibrationOn(bundle, HEAD, pattern)).probability),
  };
}
