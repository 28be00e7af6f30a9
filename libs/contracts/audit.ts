import { z } from 'zod';

const instant = z.iso.datetime({ offset: true });
const head = z.object({ size: z.number().int().nonnegative(), signedAt: instant });

/** How far the audit log is proven: its newest signed head, who saw that besides us, and what its sequencer says. */
export const auditHeadSchema = z.object({
  /** Null before the first head was signed. `root` in base64. */
  head: head.extend({ origin: z.string(), root: z.string() }).nullable(),
  /** The newest head that the witness countersigned; null where its heads lie on another machine. */
  witnessed: head.nullable(),
  /** Null when no sequencer ever ran; `lagMs` is the age of the oldest event when it got its leaf last. */
  sequencer: z.object({ at: instant, lagMs: z.number().nonnegative(), alarm: z.string().nullable() }).nullable(),
});

/** Who saw a patient and why: each person once, out of all events that fit the question. */
export const auditPeopleSchema = z.object({
  people: z.array(
    z.object({
      login: z.string(),
      name: z.string(),
      role: z.string().nullable(),
      times: z.number().int().positive(),
      refused: z.number().int().nonnegative(),
      lastAt: instant,
      /** `because` is the rule in the words of the access table; `relation` is null where none was needed. */
      grounds: z.array(z.object({ relation: z.string().nullable(), because: z.string(), refused: z.boolean() })),
      /** `sepsis-6h by concord-5` */
      scores: z.array(z.string()),
    }),
  ),
});

/** A signed export, asked for or done. `done` of `total` leaves are written; 0 of 0 while their number is not known. */
export const auditExportSchema = z.object({
  id: z.uuid(),
  state: z.enum(['waiting', 'running', 'done', 'failed']),
  done: z.number().int().nonnegative(),
  total: z.number().int().nonnegative(),
  detail: z.string().optional(),
  files: z.array(z.object({ name: z.string(), bytes: z.number().int().nonnegative() })),
});
export const auditExportAskedSchema = z.object({ id: z.uuid() });

export type AuditHead = z.infer<typeof auditHeadSchema>;
export type AuditPeople = z.infer<typeof auditPeopleSchema>;
export type AuditExport = z.infer<typeof auditExportSchema>;
