import { z } from 'zod';
import data from './context-rules.json' with { type: 'json' };

/** What a phrase says of the findings in its reach. */
export const CIRCUMSTANCES = ['absent', 'possible', 'historical', 'family'] as const;
export type Circumstance = (typeof CIRCUMSTANCES)[number];

const circumstances = z.array(z.enum(CIRCUMSTANCES)).min(1).readonly();
const phrases = z.array(z.string().min(1)).min(1).readonly();

/**
 * One list of phrases with the same effect.
 * - `says`: findings in reach are all of these; `reach` is before the phrase, after it, or both, and ends after `words` words.
 * - `ends`: a reach of these circumstances stops here.
 * - `nothing`: looks like a trigger and is none; it takes its words so that no shorter phrase is read in them.
 */
const ruleSchema = z.discriminatedUnion('kind', [
  z
    .object({
      kind: z.literal('says'),
      circumstances,
      reach: z.enum(['after', 'before', 'both']),
      words: z.number().int().positive().optional(),
      phrases,
    })
    .readonly(),
  z.object({ kind: z.literal('ends'), circumstances, phrases }).readonly(),
  z.object({ kind: z.literal('nothing'), phrases }).readonly(),
]);
export type ContextRule = z.infer<typeof ruleSchema>;

/**
 * The rules of `context-rules.json`, in the manner of NegEx and ConText, in our own selection and wording.
 * Sources of the method: Chapman WW et al. J Biomed Inform 2001;34:301-310. Harkema H et al. J Biomed Inform 2009;42:839-851.
 */
export const CONTEXT_RULES: readonly ContextRule[] = z.object({ source: z.string(), rules: z.array(ruleSchema) }).parse(data).rules;
