import { z } from 'zod';

const instant = z.iso.datetime({ offset: true });
const word = z.string().regex(/^[\w.:@/+=-]{1,200}$/);
const id = z.string().regex(/^[A-Za-z0-9.-]{1,64}$/);
const name = z.string().min(1).max(200);

/** Devices that measured the patient in the last 30 days. */
export const deviceListSchema = z.object({ items: z.array(z.object({ device: z.string(), lastAt: instant, pausedSince: instant.nullable() })) });
export const devicePauseSchema = z.strictObject({ device: z.string().min(1).max(200), paused: z.boolean() });

export const lookUpSchema = z.strictObject({
  system: z.string().min(1).max(200),
  value: z.string().min(1).max(200),
  birthDate: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/)
    .optional(),
});
/** `null` when identifier and birth date do not name one patient. */
export const lookedUpSchema = z.object({ lookUpId: z.string().nullable(), patientId: z.string().nullable() });

export const newGrantSchema = z.strictObject({
  lookUpId: z.uuid(),
  patientId: z.uuid(),
  reasonCode: z.enum(['life-threatening', 'urgent-care', 'patient-asked', 'safety-concern']),
  reason: z.string().min(1).max(2_000),
  minutes: z.number().int().min(5).max(60).default(60),
});
export const grantSchema = z.object({
  id: z.string(),
  /** Whose record it opens; null for its holder once it ended or was given back. */
  patientId: z.string().nullable(),
  login: z.string(),
  purpose: z.string(),
  reasonCode: z.string(),
  startsAt: instant,
  endsAt: instant,
  review: z.object({ login: z.string(), finding: z.enum(['justified', 'not-justified']), closedAt: instant }).nullable(),
});
export const grantListSchema = z.object({ items: z.array(grantSchema) });
/** One person was given the records of many patients in a short time. */
const readingAlertSchema = z.object({
  id: z.string(),
  login: z.string(),
  patients: z.number().int(),
  from: instant,
  to: instant,
  isSeen: z.boolean(),
  isOwn: z.boolean(),
});
export const reviewListSchema = z.object({
  items: z.array(grantSchema.extend({ reason: z.string().nullable(), isOwn: z.boolean() })),
  open: z.number().int(),
  alerts: z.array(readingAlertSchema),
});
export const grantReviewSchema = z.strictObject({ finding: z.enum(['justified', 'not-justified']), note: z.string().min(10).max(2_000) });

export const wardSchema = z.strictObject({ id, name, setting: z.enum(['ward', 'icu']), partOf: id.optional() });
export const sourceSchema = z.strictObject({ id, name, authority: word, timeZone: z.string().min(1).max(64), delivery: z.enum(['live', 'batch']) });
export const newStaffSchema = z.strictObject({ subject: word, login: word, name });
export const wardLinkSchema = z.strictObject({ subject: word, wardId: id, isMember: z.boolean() });
export const teamSchema = z.strictObject({ patientId: z.uuid(), name, members: z.array(word).max(50) });
export const wardsSchema = z.object({ items: z.array(wardSchema) });
export const sourcesSchema = z.object({ items: z.array(sourceSchema) });
export const staffSchema = z.object({
  items: z.array(z.object({ subject: z.string(), login: z.string(), name: z.string(), wards: z.array(z.object({ wardId: z.string(), since: instant })) })),
});
/** Every relation through which the patient is reached now. */
export const reachSchema = z.object({
  patientId: z.string(),
  items: z.array(
    z.object({
      relationship: z.string(),
      through: z.string(),
      since: instant,
      until: instant.nullable(),
      people: z.array(z.object({ subject: z.string(), login: z.string(), name: z.string() })),
    }),
  ),
});
export const doneSchema = z.object({ done: z.literal(true) });

export type DeviceList = z.infer<typeof deviceListSchema>;
export type LookedUp = z.infer<typeof lookedUpSchema>;
export type Grant = z.infer<typeof grantSchema>;
export type GrantList = z.infer<typeof grantListSchema>;
export type ReviewList = z.infer<typeof reviewListSchema>;
export type Wards = z.infer<typeof wardsSchema>;
export type Sources = z.infer<typeof sourcesSchema>;
export type Staff = z.infer<typeof staffSchema>;
export type Reach = z.infer<typeof reachSchema>;
export type Done = z.infer<typeof doneSchema>;
