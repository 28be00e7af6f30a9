import { z } from 'zod';
import { concordanceSchema } from './agreement.ts';
import { assessmentSchema, news2Schema } from './assessment.ts';
import { bannerSchema } from './banner.ts';
import { deviceHereSchema } from './devices.ts';

const instant = z.iso.datetime({ offset: true });

export const worklistRowSchema = z.object({
  banner: bannerSchema,
  news2: news2Schema,
  /**
   * Newest assessment of each decline horizon. A list is asked for every few seconds, so of the reasons it carries only the
   * strongest named one of the task in the head; the patient's page has all of them, and only there do they add up.
   */
  assessments: z.array(assessmentSchema),
  trend: z.object({
    /** Change of the 24-hour probability over 6 hours; null without two scores. */
    change6h: z.number().nullable(),
    points: z.array(z.object({ asOf: instant, probability: z.number().nullable() })),
  }),
  inputs: z.array(z.object({ modality: z.string(), state: z.enum(['used', 'stale', 'absent', 'withheld', 'unused']), newestAt: instant.nullable() })),
  needsSomeoneNow: z.boolean(),
});

export const worklistSchema = z.object({
  generatedAt: instant,
  task: z.string(),
  /** The sort key in words; the header shows it. */
  order: z.string(),
  wards: z.array(z.object({ id: z.string(), name: z.string() })),
  rows: z.array(worklistRowSchema),
});

/** A question beside decline, with its newest answer. */
export const questionSchema = z.object({
  task: z.string(),
  title: z.string(),
  definition: z.string().meta({ description: 'What is asked, and when.' }),
  assessment: assessmentSchema.nullable().meta({ description: 'null before the first, and where a score may not be shown yet.' }),
  lastScored: assessmentSchema.nullable().meta({ description: 'The last score of this stay, where the newest answer is none.' }),
});

export const patientPageSchema = z.object({
  generatedAt: instant,
  banner: bannerSchema,
  news2: news2Schema,
  /** Newest assessment of each decline horizon. */
  assessments: z.array(assessmentSchema),
  /** The other questions, shortest horizon first. */
  questions: z.array(questionSchema),
  trend: worklistRowSchema.shape.trend,
  inputs: worklistRowSchema.shape.inputs,
  /** Where report, image and signals agree and contradict each other; null before the first look. */
  concordance: concordanceSchema.nullable(),
  /** Devices that speak for the patient, were said not to, or of which it is not sure whose they are. */
  devices: z.array(deviceHereSchema),
});

/** One lane of the shared time axis. */
export const laneSchema = z.object({
  code: z.string(),
  label: z.string(),
  unit: z.string(),
  /** Latest value as shown, its time and its NEWS2 points. */
  latest: z
    .object({ value: z.number().nullable(), text: z.string().nullable(), at: instant, points: z.number().int().nullable(), stale: z.boolean() })
    .nullable(),
  /** Dashed reference line of the lane, the upper edge of NEWS2's zero band; null where there is none. */
  threshold: z.number().nullable(),
  range: z.tuple([z.number(), z.number()]),
  points: z.array(
    z.object({
      at: instant,
      mean: z.number().nullable(),
      min: z.number().nullable(),
      max: z.number().nullable(),
      text: z.string().nullable(),
      device: z.string().nullable(),
    }),
  ),
});

export const timelineSchema = z.object({
  patientId: z.string(),
  from: instant,
  to: instant,
  stepMs: z.number(),
  lanes: z.array(laneSchema),
  reports: z.array(
    z.object({
      reportId: z.string(),
      version: z.number().int(),
      status: z.string(),
      title: z.string(),
      issued: instant,
      availableAt: instant,
      used: z.boolean(),
    }),
  ),
  images: z.array(
    z.object({
      studyInstanceUid: z.string(),
      seriesInstanceUid: z.string(),
      sopInstanceUid: z.string(),
      modality: z.string(),
      viewPosition: z.string().nullable(),
      at: instant,
      rows: z.number().int(),
      columns: z.number().int(),
      unusedReason: z.string().nullable(),
      caution: z.string().nullable().meta({ description: 'What a reader must know before a side is read off the film; null where there is nothing to say.' }),
    }),
  ),
  /** Devices that speak for the patient. `corrected`: readings are dated by our clock; seconds ahead, negative behind. null: nothing is known, or they come in batches. */
  clocks: z.array(
    z.object({
      device: z.string(),
      state: z.enum(['right', 'corrected', 'unknown']),
      aheadSeconds: z.number().nullable(),
      uncertaintySeconds: z.number().nullable(),
    }),
  ),
  scores: z.array(z.object({ id: z.string(), asOf: instant, probability: z.number().nullable(), reason: z.string().nullable() })),
});

export const assertionSchema = z.object({
  start: z.number().int(),
  end: z.number().int(),
  finding: z.string(),
  assertion: z.enum(['present', 'absent', 'possible', 'historical', 'family']),
});

export const reportViewSchema = z.object({
  reportId: z.string(),
  version: z.number().int(),
  status: z.string(),
  title: z.string(),
  issued: instant,
  text: z.string(),
  sections: z.array(z.object({ name: z.string(), start: z.number().int(), end: z.number().int() })),
  sentences: z.array(z.object({ start: z.number().int(), end: z.number().int(), section: z.string() })),
  assertions: z.array(assertionSchema),
  versions: z.array(z.object({ version: z.number().int(), status: z.string(), availableAt: instant })),
});

export const sessionSchema = z.object({
  login: z.string(),
  displayName: z.string(),
  roles: z.array(z.string()),
  wards: z.array(z.object({ id: z.string(), name: z.string() })),
  /** Patients of the demo are invented. */
  demo: z.boolean(),
  /** IANA zone of the site: clocks on screen. */
  timeZone: z.string(),
  bundle: z.string().nullable(),
  expiresAt: instant,
  /** Emergency accesses that wait for a review, and readers of many patients whom nobody looked into; null for whoever does not review them. */
  openReviews: z.number().int().nonnegative().nullable(),
  /** Naming systems of the site's record numbers; empty for whoever never looks a patient up by number. */
  authorities: z.array(z.string()),
});

/** Where one is signed in. */
export const sessionListSchema = z.object({
  items: z.array(z.object({ ref: z.string(), beganAt: instant, usedAt: instant, endsAt: instant, isThis: z.boolean() })),
});

export const patientListSchema = z.object({ items: z.array(bannerSchema), total: z.number().int() });

export const reconcileListSchema = z.object({
  total: z.number().int(),
  next: z.string().nullable(),
  items: z.array(z.object({ id: z.string(), source: z.string(), receivedAt: instant, reason: z.string(), door: z.string(), state: z.string() })),
});

export type Worklist = z.infer<typeof worklistSchema>;
export type WorklistRow = z.infer<typeof worklistRowSchema>;
export type PatientPage = z.infer<typeof patientPageSchema>;
export type Question = z.infer<typeof questionSchema>;
export type Timeline = z.infer<typeof timelineSchema>;
export type Lane = z.infer<typeof laneSchema>;
export type ReportView = z.infer<typeof reportViewSchema>;
export type Session = z.infer<typeof sessionSchema>;
export type SessionList = z.infer<typeof sessionListSchema>;
export type PatientList = z.infer<typeof patientListSchema>;
export type ReconcileList = z.infer<typeof reconcileListSchema>;
