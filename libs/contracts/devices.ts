import { z } from 'zod';
import { bannerSchema } from './banner.ts';

const instant = z.iso.datetime({ offset: true });
/** As the source names it. */
const device = z.string().min(1).max(200);

const heldSchema = z.object({ count: z.number().int().positive(), oldest: instant, newest: instant });

/** A device that speaks for a patient, was said not to, or of which it is not sure. No reading stands here: it may be somebody else's. */
export const deviceHereSchema = z.object({
  device: z.string(),
  newestAt: instant.nullable().meta({ description: 'Its newest reading of the last day that counts as this patient’s.' }),
  contestedAt: instant.nullable().meta({ description: 'When it spoke for this patient and for another at the same time, within a day.' }),
  ended: z.object({ at: instant, by: z.string() }).nullable().meta({ description: 'Since when, by whose word, it is not on this patient.' }),
  held: heldSchema.nullable().meta({ description: 'Readings that are kept and not scored until a person says whose they are.' }),
});

/** `here` false: the device is not on this patient from now on; true: it is again. */
export const turnChangeSchema = z.strictObject({ device, here: z.boolean() });

/** Whose all readings of the device are that wait. */
export const settlementSchema = z.strictObject({ device, outcome: z.enum(['this-patient', 'not-this-patient']) });

export const settledSchema = z.object({ settled: z.number().int().nonnegative() });

/** Patients with readings that wait for a person, the newest reading first. */
export const heldListSchema = z.object({
  generatedAt: instant,
  items: z.array(z.object({ banner: bannerSchema, held: z.array(heldSchema.extend({ device: z.string() })) })),
});

export type WireDevice = z.infer<typeof deviceHereSchema>;
export type HeldList = z.infer<typeof heldListSchema>;
export type Settled = z.infer<typeof settledSchema>;
