import { z } from 'zod';

const moment = z.iso.datetime({ offset: true });

/** Who looked at a patient and why they were allowed; newest first. */
export const accessReportSchema = z
  .object({
    patient: z.string(),
    from: moment,
    to: moment,
    lines: z.array(
      z.object({
        at: moment,
        who: z.string(),
        role: z.string(),
        what: z.string(),
        outcome: z.enum(['allowed', 'emergency', 'refused', 'failed']),
        relation: z.string(),
        why: z.string().meta({ description: 'The rule of the access table, in its own words.' }),
        purpose: z.string(),
        scores: z.array(z.string()).meta({ description: 'Task and model bundle of each score that was shown.' }),
      }),
    ),
  })
  .meta({ id: 'AccessReport' });

/** Accounting of disclosures, 45 CFR 164.528. */
export const accountingSchema = z
  .object({
    patient: z.string(),
    from: moment,
    to: moment,
    entries: z.array(
      z.object({
        at: moment,
        lastAt: moment,
        times: z.number().int(),
        recipient: z.string(),
        address: z.string(),
        description: z.string(),
        purpose: z.string(),
      }),
    ),
    exempt: z.array(z.object({ id: z.string(), citation: z.string(), because: z.string(), count: z.number().int() })),
    suspended: z.number().int().nullable().meta({ description: 'Left out at an agency’s request; null for the patient.' }),
  })
  .meta({ id: 'Accounting' });

export type AccessReport = z.infer<typeof accessReportSchema>;
export type AccountingReport = z.infer<typeof accountingSchema>;
