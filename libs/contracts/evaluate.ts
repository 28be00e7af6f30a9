import { z } from 'zod';

const share = z.number().min(0).max(1);
/** A figure that rows may leave undefined: an AUROC without any event. JSON has no NaN. */
const figure = z.number().nullable();
const interval = z.tuple([z.number(), z.number()]).readonly();

/** What every suite prints beside its own figures. `ci` holds a 95 % bootstrap interval by path: `horizons.24h.auroc`. */
const head = {
  bundle: z.string().min(1),
  n: z.number().int().positive(),
  nPatients: z.number().int().nonnegative(),
  /** What the bootstrap drew with replacement; `nothing` where a formula is right or wrong. */
  resampled: z.enum(['patient', 'report', 'sentence', 'image', 'nothing']),
  ci: z.record(z.string(), interval),
};

const ranking = z.object({ auroc: figure, auprc: figure });

/** "Risk figures" of DESIGN 10. `slope` and `intercept` come from one logistic recalibration. */
export const riskFiguresSchema = z.object({
  positives: z.number().int().nonnegative(),
  auroc: figure,
  auprc: figure,
  brier: figure,
  ece: figure,
  eceByChance: figure,
  /** 95th percentile by chance, hours of a patient going together. */
  eceByChanceHigh: figure,
  slope: figure,
  intercept: figure,
  observedExpected: figure,
  coverage: share.nullable(),
  /** Per class, each patient counting once, and of how many patients. */
  coverageWithout: share.nullable(),
  coverageWithEvent: share.nullable(),
  coveragePatients: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]).readonly(),
  excluded: z.record(z.string(), z.number().int().nonnegative()),
});

/** F1 once the text arrives spoilt, by what happened to it; only with `--report`. */
const robustness = z.record(z.string(), z.object({ f1: share.nullable() })).optional();

/** A figure beside what guessing gives, and what the best possible answer gives. */
const besideCeiling = z.object({ value: share, chance: share, ceiling: share });

/** One availability pattern of the benchmark: AUROCs of one sample, calibration by pattern beside the pooled map, coverage with its 95 % interval. */
const fusionPattern = z.looseObject({
  pattern: z.array(z.string()),
  n: z.number().int().nonnegative(),
  fusedAuroc: share,
  bestUnimodalAuroc: share,
  optimalAuroc: share,
  lateAuroc: share,
  slope: z.number(),
  observedExpected: z.number(),
  ece: share,
  pooledEce: share,
  coverage: share,
  coverageLow: share,
  coverageHigh: share,
  /** What the best possible score shows on the same patients: what is left is the luck of their outcomes. */
  best: z.object({ slope: z.number(), observedExpected: z.number(), coverage: share }),
  /** The figures of the fused score in expectation over outcomes, by each patient's computed chance. */
  truth: z.object({ slope: z.number(), observedExpected: z.number(), ece: share, pooledEce: share, eceGain: z.number(), coverage: share }),
});

/** The figures of one availability pattern; `excluded` stands with the whole. */
const riskPattern = z.looseObject({ pattern: z.array(z.string()), ...riskFiguresSchema.omit({ excluded: true }).shape });

/** One JSON object per suite, as `concord evaluate SUITE --json` prints it. */
export const evaluationSchemas = {
  'early-warning-scores': z.object({
    suite: z.literal('early-warning-scores'),
    ...head,
    correct: z.number().int().nonnegative(),
    perScore: z.record(z.string(), z.object({ n: z.number().int(), correct: z.number().int() })),
  }),
  'calibration-metrics': z.object({
    suite: z.literal('calibration-metrics'),
    ...head,
    maxAbsError: z.number().nonnegative(),
    maxAbsErrorFits: z.number().nonnegative(),
    /** Values compared with the reference. */
    compared: z.number().int().positive(),
    columns: z.record(z.string(), z.record(z.string(), figure)),
  }),
  'report-negation': z.object({
    suite: z.literal('report-negation'),
    ...head,
    precision: share.nullable(),
    recall: share.nullable(),
    f1: share.nullable(),
    historicalF1: share.nullable(),
    experiencerF1: share.nullable(),
    robustness,
    /** The lab's sentence encoder on the same rows; it reads no patient's report. Counts are of denials. */
    sentenceEncoder: z
      .object({
        precision: share.nullable(),
        recall: share.nullable(),
        f1: share.nullable(),
        historicalF1: share.nullable(),
        experiencerF1: share.nullable(),
        disagreements: z.number().int().nonnegative(),
        rulesErr: z.number().int().nonnegative(),
        rulesErrSeen: z.number().int().nonnegative(),
      })
      .optional(),
  }),
  'report-findings': z.object({
    suite: z.literal('report-findings'),
    ...head,
    microF1: share.nullable(),
    microF1NoNoduleEmphysema: share.nullable(),
    macroF1: share.nullable(),
    microPrecision: share.nullable(),
    microRecall: share.nullable(),
    perFinding: z.record(z.string(), z.object({ precision: share.nullable(), recall: share.nullable(), f1: share.nullable() })),
    /** Findings asserted, and those of them whose words stand in a sentence of the report. */
    hits: z.number().int().nonnegative(),
    hitsWithSentence: z.number().int().nonnegative(),
    /** Labelled reports without a file. */
    withoutReport: z.number().int().nonnegative(),
    robustness,
    /** The same findings, each meant as the lab's sentence encoder says. */
    sentenceEncoder: z
      .object({
        microF1: share.nullable(),
        microF1NoNoduleEmphysema: share.nullable(),
        disagreements: z.object({
          differ: z.number().int().nonnegative(),
          rulesErr: z.number().int().nonnegative(),
          rulesErrSeen: z.number().int().nonnegative(),
        }),
      })
      .optional(),
  }),
  'chest-findings': z.object({
    suite: z.literal('chest-findings'),
    ...head,
    pneumonia: z.object({
      n: z.number().int().nonnegative(),
      positives: z.number().int().nonnegative(),
      auroc: figure,
      ece: figure,
      eceByChance: figure,
      slope: figure,
      intercept: figure,
      observedExpected: figure,
      /** Within one view; the primary figure is the lower of the two. */
      pa: figure,
      ap: figure,
      lower: figure,
      /** PA films of detectors that took both groups. */
      paSharedDetectors: figure,
      /** AUROC of the score for PA among films without pneumonia. */
      viewLeak: figure,
    }),
    perFinding: z.record(z.string(), z.object({ n: z.number().int(), positives: z.number().int(), auroc: figure })),
    /** Films that the image arm abstains on, by reason. */
    excluded: z.record(z.string(), z.number().int().nonnegative()),
  }),
  'pneumonia-28': z.object({
    suite: z.literal('pneumonia-28'),
    ...head,
    positives: z.number().int().nonnegative(),
    auroc: figure,
    /** At the threshold of the best balanced accuracy on the official validation part. */
    accuracy: share,
    balancedAccuracy: figure,
  }),
  'physiological-decline': z.looseObject({
    suite: z.literal('physiological-decline'),
    ...head,
    horizons: z.record(z.enum(['6h', '12h', '24h']), z.looseObject({ ...riskFiguresSchema.shape, news2: ranking, vitalsOnly: ranking })),
  }),
  'sepsis-6h': z.looseObject({
    suite: z.literal('sepsis-6h'),
    ...head,
    ...riskFiguresSchema.shape,
    vitalsOnly: ranking,
    patterns: z.array(riskPattern),
    challenge: z.looseObject({
      n: z.number().int().nonnegative(),
      positives: z.number().int().nonnegative(),
      auroc: figure,
      auprc: figure,
      /** Normalised: 1 for a perfect forecast, 0 for never raising an alarm. */
      utility: figure,
      hourAlone: z.object({ auroc: figure, utility: figure }),
    }),
  }),
  'hospital-mortality': z.looseObject({
    suite: z.literal('hospital-mortality'),
    ...head,
    ...riskFiguresSchema.shape,
    vitalsOnly: ranking,
    patterns: z.array(riskPattern),
    landmarks: z.record(z.enum(['12h', '24h', '36h', '48h']), z.looseObject(riskFiguresSchema.shape)),
  }),
  fusion: z.looseObject({
    suite: z.literal('fusion'),
    ...head,
    patterns: z.array(fusionPattern).length(7),
    xorAuroc: share,
    lateFusionXorAuroc: share,
    discordanceAuroc: share,
    discordanceFalseAlarms: share,
    shapleyError: z.number().nonnegative(),
    efficiencyResidual: z.number().nonnegative(),
    uninformativeShare: share,
    onlyInformativeShare: share,
    retrieval: besideCeiling,
    mislink: besideCeiling,
    /** What one head tells of the members' spread: correlation with that spread, with the distance to the best possible score, and AUROC for a report of another patient. */
    spreadCorrelation: z.number().min(-1).max(1),
    spreadOfError: z.number().min(-1).max(1),
    spreadOnStrangers: share,
    /** Worst of the seven patterns where sources are missing at random: below the best AUROC; expected events over those of the raw chance and of the mapped. */
    atRandom: z.object({ belowOptimal: z.number(), rawLow: z.number(), rawHigh: z.number(), mappedLow: z.number(), mappedHigh: z.number() }),
  }),
} as const;

export type EvaluatedSuite = keyof typeof evaluationSchemas;
export type Evaluation<S extends EvaluatedSuite> = z.infer<(typeof evaluationSchemas)[S]>;

/** JSON Schema (2020-12) of one suite's output. */
export function evaluationJsonSchema(suite: EvaluatedSuite): unknown {
  return z.toJSONSchema(evaluationSchemas[suite]);
}
