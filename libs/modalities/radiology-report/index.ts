export { circumstancesOf, type Circumstances } from './context.ts';
export type { Circumstance } from './context-rules.ts';
export { derivedReportSchema, type DerivedReport, type ReportAssertion } from './derived.ts';
export { REPORT_FEATURES, REPORT_TOKENS } from './features.ts';
export { ASSERTIONS, FEATURE_OF, FINDING_WORDS, FINDINGS, type Assertion, type Finding } from './findings.ts';
export { derivedOf, radiologyReport, REPORT_FRESH_FOR } from './plugin.ts';
export { readReport, REPORT_RULES } from './read-report.ts';
export { SECTION_LOINC, SECTION_NAMES, type SectionName } from './sections.ts';
export { tokensOf, type Span, type Token } from './words.ts';
