import { z } from 'zod';

/** Readings as they would have been; an empty list asks the stored question again. */
export const counterfactualQuestionSchema = z.strictObject({
  changes: z
    .array(
      z.strictObject({
        code: z
          .string()
          .regex(/^\d{1,7}-\d$/)
          .meta({ description: 'LOINC.' }),
        value: z.number(),
        unit: z.string().min(1).max(40).meta({ description: 'UCUM, as any door takes it.' }),
      }),
    )
    .max(12),
});

const answered = z.object({
  outcome: z.enum(['scored', 'abstained']),
  reason: z.string().nullable(),
  probability: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  logit: z.number().nullable(),
});

/** What the model would answer, not what would happen to the patient. Nothing is stored. */
export const counterfactualSchema = z.object({ assessment: z.string(), changed: z.array(z.string()), before: answered, after: answered });

export type WireCounterfactual = z.infer<typeof counterfactualSchema>;
