import { z } from 'zod';

/** What is stored beside a film so that its use can be followed and its regions mapped back. */
export const chestDerivedSchema = z.object({
  /** Raised when the preparation changes what the encoder sees. */
  preparation: z.literal(1),
  /** Source pixels: the square that was kept. */
  crop: z.object({ x: z.number().int(), y: z.number().int(), side: z.number().int().positive() }),
  view: z.enum(['PA', 'AP']),
  /** Correlation with the average frontal chest film. */
  likeness: z.number(),
  /** Grey values between the 5th and the 95th percentile of the prepared film. */
  spread: z.number(),
  /** See `heartSide`; absent from films that were kept before it was asked. */
  heartSide: z.number().optional(),
});

export type ChestDerived = z.infer<typeof chestDerivedSchema>;
