import { z } from 'zod';

const instant = z.iso.datetime({ offset: true });

/** One figure of a bundle, with its interval where one was computed. */
export const modelMetricSchema = z.object({
  name: z.string(),
  head: z.string(),
  pattern: z.array(z.string()),
  value: z.number(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  data: z.string(),
});

/** A bundle as a steward sees it. `unusable` says why it cannot be activated; then nothing of it is shown. */
export const modelBundleSchema = z.object({
  id: z.string(),
  state: z.enum(['active', 'previous', 'kept']),
  unusable: z.string().nullable(),
  title: z.string(),
  created: z.string(),
  intendedUse: z.string(),
  /** A report page lies beside its weights: `/api/v1/models/{id}/report`. */
  report: z.boolean(),
  /** Bytes of all its blocks. */
  bytes: z.number().int(),
  heads: z.array(z.string()),
  calibrations: z.array(
    z.object({
      head: z.string(),
      pattern: z.array(z.string()),
      slope: z.number(),
      intercept: z.number(),
      evidenceLevel: z.object({ icu: z.string(), ward: z.string() }),
      patients: z.number().int(),
      events: z.number().int(),
    }),
  ),
  thresholds: z.record(z.string(), z.object({ raised: z.number(), high: z.number() })),
  metrics: z.array(modelMetricSchema),
  training: z.array(z.object({ name: z.string(), licence: z.string(), use: z.string() })),
});

/** What a steward records after checking a score on the site's own patients. Aggregates only. */
export const newValidationSchema = z.strictObject({
  bundle: z.string().regex(/^[A-Za-z0-9.-]{1,64}$/),
  task: z.string().regex(/^[a-z0-9-]{1,64}$/),
  pattern: z
    .array(z.string().regex(/^[a-z-]{1,32}$/))
    .min(1)
    .max(8),
  ward: z.string().regex(/^[A-Za-z0-9.-]{1,64}$/),
  patients: z.number().int().min(1).max(10_000_000),
  events: z.number().int().min(0).max(10_000_000),
  auroc: z.number().min(0).max(1).optional(),
  slope: z.number().min(-100).max(100).optional(),
  observedExpected: z.number().min(0).max(1_000).optional(),
  note: z.string().trim().min(20).max(2_000),
});

export const validationSchema = newValidationSchema.extend({
  id: z.string(),
  recordedBy: z.string(),
  recordedAt: instant,
  withdrawnAt: instant.nullable(),
  withdrawnBy: z.string().nullable(),
});

export const modelsSchema = z.object({
  current: z.string().nullable(),
  previous: z.string().nullable(),
  /** Questions of this system, and the head of a bundle that answers each. */
  tasks: z.array(z.object({ id: z.string(), title: z.string(), head: z.string() })),
  bundles: z.array(modelBundleSchema),
  validations: z.array(validationSchema),
  wards: z.array(z.object({ id: z.string(), name: z.string() })),
});

export const withdrawalSchema = z.object({ withdrawn: z.literal(true) });

/** What an activation or a rollback did; `maxDifference` is the probe set's largest distance in logits on this machine. */
export const activationSchema = z.object({ current: z.string(), previous: z.string().nullable(), maxDifference: z.number() });

export type Activation = z.infer<typeof activationSchema>;
export type ModelBundle = z.infer<typeof modelBundleSchema>;
export type Models = z.infer<typeof modelsSchema>;
export type NewValidation = z.infer<typeof newValidationSchema>;
export type Validation = z.infer<typeof validationSchema>;
