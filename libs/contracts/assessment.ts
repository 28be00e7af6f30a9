import { z } from 'zod';

const instant = z.iso.datetime({ offset: true });

/** Where a reason or a statement points; of four kinds. */
export const pointerSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('report-span'),
    pointer: z.object({ reportId: z.string(), version: z.number().int(), start: z.number().int(), end: z.number().int() }),
  }),
  z.object({
    kind: z.literal('image-region'),
    pointer: z.object({ sopInstanceUid: z.string(), frame: z.number().int(), box: z.tuple([z.number(), z.number(), z.number(), z.number()]) }),
  }),
  z.object({ kind: z.literal('signal-window'), pointer: z.object({ code: z.string(), device: z.string().nullable(), from: instant, to: instant }) }),
  z.object({ kind: z.literal('joint'), pointer: z.null() }),
]);

/** What covering a region did to the score, beside what covering others of its size did. */
export const faithfulnessSchema = z.object({
  change: z.number().meta({ description: 'Probability less the probability with the region covered.' }),
  elsewhere: z.number().meta({ description: 'Mean distance in probability over regions of the same size elsewhere.' }),
  regions: z.number().int().meta({ description: 'How many regions elsewhere were covered.' }),
  holds: z.boolean().meta({ description: 'It changes the score more than any of them, by a cover that it was not found with.' }),
});

export const evidenceSchema = z
  .object({
    id: z.string(),
    modality: z.string(),
    contribution: z.number().meta({ description: 'Logit units; positive raises the score.' }),
    text: z.string(),
    faithfulness: faithfulnessSchema
      .optional()
      .meta({ description: 'Of a region that was verified by covering it; absent from every other reason, and from a preview.' }),
  })
  .and(pointerSchema);

/** What stands behind a score beyond its reasons; null for a score stored before explanations were kept. */
export const explanationSchema = z.object({
  interactions: z.array(
    z.object({ modalities: z.tuple([z.string(), z.string()]), value: z.number().meta({ description: 'Log-odds that the two say only together.' }) }),
  ),
  uncertainty: z.object({ data: z.number(), model: z.number(), conflict: z.number(), missing: z.number().nullable() }).meta({ description: 'Nats.' }),
  awaited: z.array(
    z.object({
      modality: z.string(),
      state: z.enum(['stale', 'absent', 'withheld', 'unused']),
      expectedChange: z.number().nullable().meta({ description: 'Mean distance in probability, over reference patients who have this source.' }),
      widerBy: z.number().nullable().meta({ description: 'How much wider the interval is without it, in probability.' }),
    }),
  ),
  pieces: z
    .array(z.object({ modality: z.string(), place: pointerSchema, text: z.string(), unusedReason: z.string().nullable() }))
    .optional()
    .meta({ description: 'The films of an examination that holds several: which were read as one, which were not, and why. Absent where there is one.' }),
  rationale: z.string().nullable().meta({ description: 'null where the reader may not see every source.' }),
});

export const news2Schema = z.object({
  total: z.number().int().nullable(),
  atLeast: z.number().int(),
  measured: z.number().int(),
  of: z.literal(7),
  band: z.enum(['low', 'low-single', 'urgent', 'emergency']).nullable(),
  singleThree: z.boolean(),
  applies: z.boolean(),
  parts: z.array(
    z.object({ parameter: z.string(), state: z.enum(['fresh', 'stale', 'missing']), points: z.number().int().nullable(), effectiveAt: instant.nullable() }),
  ),
});

export const assessmentSchema = z.object({
  id: z.string(),
  patientId: z.string(),
  task: z.string(),
  asOf: instant,
  bundle: z.string(),
  status: z.enum(['preliminary', 'final', 'entered-in-error']),
  outcome: z.enum(['scored', 'abstained']),
  reason: z.string().nullable(),
  reasonText: z.string().nullable(),
  probability: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  logit: z.number().nullable(),
  baselineLogit: z.number().nullable(),
  calibrationId: z.string().nullable(),
  pattern: z.array(z.string()),
  evidenceLevel: z.enum(['real-external', 'real-internal', 'transferred', 'assembled', 'synthetic']).nullable(),
  tier: z.enum(['high', 'raised', 'usual']).nullable(),
  modalities: z.object({
    used: z.array(z.string()),
    stale: z.array(z.string()),
    absent: z.array(z.string()),
    withheld: z.array(z.string()),
    unused: z.array(z.string()),
  }),
  unusedReasons: z.array(z.object({ modality: z.string(), reason: z.string() })),
  shapley: z.array(z.object({ modality: z.string(), value: z.number() })),
  news2: news2Schema,
  evidence: z.array(evidenceSchema),
  evidenceVersion: z.union([z.literal(1), z.literal(2)]).meta({ description: '2 once the regions of a picture were verified; no number changes with it.' }),
  explanation: explanationSchema.nullable(),
});

export const assessmentListSchema = z.object({ items: z.array(assessmentSchema) });

export type WireAssessment = z.infer<typeof assessmentSchema>;
export type WireEvidence = z.infer<typeof evidenceSchema>;
export type WireExplanation = z.infer<typeof explanationSchema>;
export type WireNews2 = z.infer<typeof news2Schema>;
export type WirePiece = NonNullable<WireExplanation['pieces']>[number];
