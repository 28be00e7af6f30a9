import { z } from 'zod';
import { toIso } from '@concord/core/kernel';
import type { FindingAgreement, FindingStatement, SignAgreement, SignReading } from '@concord/core/clinical';
import type { StoredConcordance } from '@concord/core/ports';
import { pointerSchema } from './assessment.ts';
import { pointerToWire } from './to-wire.ts';
import { bannerSchema } from './banner.ts';

const instant = z.iso.datetime({ offset: true });

/** What one source says of a finding, and where it says so. */
export const findingStatementSchema = z
  .object({
    modality: z.string(),
    stance: z.enum(['present', 'absent', 'uncertain', 'suggested']),
    effectiveAt: instant,
    /** Calibrated probability of a model that looked; null for a person's word. */
    probability: z.number().nullable(),
    text: z.string(),
  })
  .and(pointerSchema);

const signReadingSchema = z.object({ device: z.string().nullable(), number: z.number(), effectiveAt: instant });

/** Two devices that measured one sign at nearly the same time; `used` is the newest reading, which counts as the value now in every score and in NEWS2. */
const signAgreementSchema = z.object({
  code: z.string(),
  name: z.string(),
  unit: z.string(),
  verdict: z.enum(['agree', 'disagree']),
  used: signReadingSchema,
  other: signReadingSchema,
});

export const findingAgreementSchema = z.object({
  finding: z.string(),
  verdict: z.enum(['agree', 'disagree', 'undecided', 'one-source', 'apart']),
  statements: z.array(findingStatementSchema),
});

const REVIEW_OUTCOMES = ['report-stands', 'film-stands', 'both-possible', 'not-this-patient'] as const;
export const reviewSchema = z.strictObject({ outcome: z.enum(REVIEW_OUTCOMES) });

/** Where the sources of one patient agree and contradict each other. No score, and none is changed by it. */
export const concordanceSchema = z.object({
  id: z.string(),
  asOf: instant,
  bundle: z.string(),
  findings: z.array(findingAgreementSchema),
  signs: z.array(signAgreementSchema),
  mislinkSuspected: z.boolean(),
  review: z.object({ outcome: z.enum(REVIEW_OUTCOMES), by: z.string(), at: instant }).nullable(),
});

const count = z.number().int().nonnegative();

/** How often the queue was wrong and right where the truth was known: drawn films, each with the report of the same chest and of another. No ward was measured. */
const queueFiguresSchema = z.object({
  bundle: z.string(),
  consistentPairs: count,
  falseAlarms: count.meta({ description: 'Of the consistent pairs, those that were called contrary.' }),
  contraryPairs: count,
  found: count.meta({ description: 'Of the contrary pairs, those that were called so.' }),
  seeds: z.array(count).meta({ description: 'Each run again with concord bench agreement --seed.' }),
  on: z.iso.date(),
});

/** The radiologist's queue: patients whose sources contradict each other, newest first. */
export const discordanceListSchema = z.object({
  generatedAt: instant,
  bundle: z.string().nullable().meta({ description: 'What answers now.' }),
  measured: queueFiguresSchema.nullable().meta({ description: 'Of the bundle that answers now; null where it was not measured.' }),
  items: z.array(z.object({ banner: bannerSchema, concordance: concordanceSchema })),
});

export type WireConcordance = z.infer<typeof concordanceSchema>;
export type DiscordanceList = z.infer<typeof discordanceListSchema>;
export type QueueFigures = z.infer<typeof queueFiguresSchema>;
export type Review = z.infer<typeof reviewSchema>;

/**
 * A stored concordance as it crosses HTTP. What a reader may not see is left out, and with it any verdict that rested on it:
 * a contradiction with a hidden source would tell what the source says.
 */
export function concordanceToWire({ id, concordance, review, withheld }: StoredConcordance, obligations: readonly string[] = []): WireConcordance {
  const withhold = [...obligations, ...withheld];
  const findings = concordance.findings.flatMap((each) => spared(each, withhold));
  return {
    id,
    asOf: toIso(concordance.asOf),
    bundle: concordance.bundle,
    findings: findings.map(({ finding, verdict, statements }) => ({ finding, verdict, statements: statements.map(statementToWire) })),
    signs: withhold.includes('vitals') ? [] : (concordance.signs ?? []).map(signToWire),
    mislinkSuspected: concordance.mislinkSuspected && withhold.length === 0,
    // How a contradiction ended names both of its sides.
    review: review === undefined || withhold.length > 0 ? null : { outcome: review.outcome, by: review.by, at: toIso(review.at) },
  };
}

function spared({ finding, verdict, statements }: FindingAgreement, withhold: readonly string[]): readonly FindingAgreement[] {
  const seen = statements.filter(({ modality }) => !withhold.includes(modality));
  const looks = new Set(seen.filter(({ stance }) => stance !== 'suggested').map(({ modality }) => modality));
  if (looks.size === 0) return [];
  return [{ finding, verdict: seen.length < statements.length && looks.size < 2 ? 'one-source' : verdict, statements: seen }];
}

function signToWire({ used, other, ...sign }: SignAgreement): z.infer<typeof signAgreementSchema> {
  const reading = ({ effectiveAt, ...said }: SignReading) => ({ ...said, effectiveAt: toIso(effectiveAt) });
  return { ...sign, used: reading(used), other: reading(other) };
}

function statementToWire(statement: FindingStatement): z.infer<typeof findingStatementSchema> {
  const { modality, stance, effectiveAt, probability, text } = statement;
  return { modality, stance, effectiveAt: toIso(effectiveAt), probability: probability ?? null, text, ...pointerToWire(statement.pointer) };
}
