import { z } from 'zod';
import { COURSES, EXTENTS, FINDINGS } from './findings.ts';
import data from './lexicon.json' with { type: 'json' };

const phrases = z.array(z.string().min(1)).min(1).readonly();

const lexiconSchema = z.object({
  source: z.string(),
  findings: z
    .array(
      z.object({
        /** Null: a look-alike that takes its words and names nothing. */
        finding: z.enum(FINDINGS).nullable(),
        names: phrases,
        /** Phrases that state the normal counterpart, so that "the lungs are clear" speaks of opacities. */
        denies: phrases.optional(),
      }),
    )
    .readonly(),
  extents: z.array(z.object({ extent: z.enum(EXTENTS), phrases })).readonly(),
  courses: z.array(z.object({ course: z.enum(COURSES), phrases })).readonly(),
});

const lexicon = lexiconSchema.parse(data);

/** Phrases that name a finding, as `lexicon.json` lists them (syntax: `phraseBook`). */
export const LEXICON = lexicon.findings;

/** Words of amount, heard only beside a finding that is there or may be. */
export const EXTENT_PHRASES = lexicon.extents;

/** Words of change against an earlier examination. */
export const COURSE_PHRASES = lexicon.courses;
