import type { DerivedReport, ReportAssertion } from './derived.ts';
import { ASSERTIONS, COURSES, EXTENTS, FEATURE_OF, MODEL_FINDINGS } from './findings.ts';
import { SECTION_NAMES } from './sections.ts';

/** Sentence tokens of one report. */
export const REPORT_TOKENS = 16;

/**
 * Names of one token's features, in order: every finding × assertion that the sentence makes, its section, the largest
 * extent and the changes it speaks of. A row depends on its own sentence alone.
 */
export const REPORT_FEATURES: readonly string[] = [
  ...MODEL_FINDINGS.flatMap((finding) => ASSERTIONS.map((assertion) => `${finding}:${assertion}`)),
  ...SECTION_NAMES.map((name) => `section:${name}`),
  ...EXTENTS.map((extent) => `extent:${extent}`),
  ...COURSES.map((course) => `course:${course}`),
];

const PLACE: ReadonlyMap<string, number> = new Map(REPORT_FEATURES.map((name, place) => [name, place]));

/** Sections whose sentences go first when a report has more than 16 that say something. */
const PRIORITY: Readonly<Record<string, number>> = {
  impression: 0,
  findings: 1,
  communication: 2,
  recommendation: 3,
  other: 4,
  indication: 5,
  comparison: 6,
  technique: 7,
};

/** Indices of the sentences that become tokens, in reading order: those that assert something, at most 16. */
export function tokenSentences({ sentences, assertions }: DerivedReport): readonly number[] {
  const speaking = [...new Set(assertions.map(({ sentence }) => sentence))].sort((a, b) => a - b);
  if (speaking.length <= REPORT_TOKENS) return speaking;
  const rank = (sentence: number): number => PRIORITY[sentences[sentence]?.section ?? 'other'] ?? 4;
  return speaking
    .sort((a, b) => rank(a) - rank(b) || a - b)
    .slice(0, REPORT_TOKENS)
    .sort((a, b) => a - b);
}

/** @returns `[16, F]` row-major; rows beyond the report's tokens are zero and masked by the caller. */
export function reportFeatures(report: DerivedReport): Float32Array {
  const data = new Float32Array(REPORT_TOKENS * REPORT_FEATURES.length);
  tokenSentences(report).forEach((sentence, token) => {
    const section = report.sentences[sentence]?.section ?? 'other';
    const mine = report.assertions.filter((assertion) => assertion.sentence === sentence);
    for (const name of [`section:${section}`, ...mine.flatMap(namesOf)]) {
      const place = PLACE.get(name);
      if (place !== undefined) data[token * REPORT_FEATURES.length + place] = 1;
    }
  });
  return data; // [16, F]
}

function namesOf({ finding, assertion, extent, course }: ReportAssertion): readonly string[] {
  const feature = FEATURE_OF[finding];
  if (feature === null) return [];
  return [`${feature}:${assertion}`, ...(extent === undefined ? [] : [`extent:${extent}`]), ...(course === undefined ? [] : [`course:${course}`])];
}
