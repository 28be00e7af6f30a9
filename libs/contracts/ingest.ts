import { z } from 'zod';

/** RFC 9457. `errors` name the line or the field; nothing in it repeats what was sent about a patient. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  errors: z.array(z.object({ line: z.number().int().optional(), field: z.string().optional(), reason: z.string() })).optional(),
});

/** Answer of `POST /api/v1/ingest/wearables/csv`. */
export const csvReceiptSchema = z.object({
  accepted: z.number().int(),
  duplicates: z.number().int(),
  refused: z.array(z.object({ line: z.number().int(), reason: z.string() })).optional(),
});

export type Problem = z.infer<typeof problemSchema>;
export type CsvReceipt = z.infer<typeof csvReceiptSchema>;
