import { z } from 'zod';

const instant = z.iso.datetime({ offset: true });

/** Who the patient is, with the two identifiers that every banner shows. */
export const bannerSchema = z.object({
  patientId: z.string(),
  family: z.string(),
  given: z.array(z.string()),
  birthDate: z.string().nullable(),
  ageYears: z.number().int().nullable(),
  sex: z.enum(['female', 'male', 'other', 'unknown']),
  recordNumber: z.string().nullable(),
  wardId: z.string().nullable(),
  wardName: z.string().nullable(),
  bed: z.string().nullable(),
  admittedAt: instant.nullable(),
  dischargedAt: instant.nullable(),
  demoKind: z.enum(['synthetic', 'assembled']).nullable(),
});

export type Banner = z.infer<typeof bannerSchema>;
