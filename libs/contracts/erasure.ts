import { z } from 'zod';

const instant = z.iso.datetime({ offset: true });
const reason = z.enum(['no-longer-needed', 'consent-withdrawn', 'objection', 'unlawful', 'legal-obligation']);
const basis = z.enum(['litigation', 'investigation', 'authority', 'public-health']);

/** Asks for the erasure of a patient (GDPR Article 17(1)); somebody else confirms it. */
export const newErasureSchema = z.strictObject({ patientId: z.uuid(), reason });

/** `patientId` is null once the patient was erased: the request forgets whom it was about. */
export const erasureSchema = z.object({
  id: z.uuid(),
  patientId: z.uuid().nullable(),
  reason,
  state: z.enum(['requested', 'confirmed', 'executed', 'withdrawn']),
  requestedAt: instant,
  executedAt: instant.nullable(),
});
export type Erasure = z.infer<typeof erasureSchema>;
export const erasureListSchema = z.object({ items: z.array(erasureSchema) });
export type ErasureList = z.infer<typeof erasureListSchema>;

/** Forbids the erasure of a patient until it is lifted. */
export const newHoldSchema = z.strictObject({ patientId: z.uuid(), basis });
export const holdSchema = z.object({ id: z.uuid(), patientId: z.uuid(), basis, placedAt: instant, liftedAt: instant.nullable() });
export type Hold = z.infer<typeof holdSchema>;
export const holdListSchema = z.object({ items: z.array(holdSchema) });
export type HoldList = z.infer<typeof holdListSchema>;
