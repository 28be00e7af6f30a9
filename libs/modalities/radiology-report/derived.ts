import { z } from 'zod';
import { ASSERTIONS, COURSES, EXTENTS, FINDINGS } from './findings.ts';
import { SECTION_NAMES } from './sections.ts';

const offset = z.number().int().nonnegative();
const section = z.enum(SECTION_NAMES);

/**
 * What is kept of a report beside its text. Every offset counts UTF-16 units of the decoded `presentedForm[0]`, end
 * exclusive. `rules` names the lexicon and rules that read it.
 */
export const derivedReportSchema = z.object({
  rules: z.string(),
  sections: z.array(z.object({ name: section, title: z.string(), start: offset, end: offset }).readonly()).readonly(),
  sentences: z.array(z.object({ section, start: offset, end: offset }).readonly()).readonly(),
  assertions: z
    .array(
      z
        .object({
          finding: z.enum(FINDINGS),
          assertion: z.enum(ASSERTIONS),
          /** Index of the sentence. */
          sentence: offset,
          start: offset,
          end: offset,
          extent: z.enum(EXTENTS).optional(),
          course: z.enum(COURSES).optional(),
        })
        .readonly(),
    )
    .readonly(),
});

export type DerivedReport = z.infer<typeof derivedReportSchema>;
export type ReportAssertion = DerivedReport['assertions'][number];
