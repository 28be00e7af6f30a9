export { decide, defaultPurpose, reachableBy, refusal, type AccessQuestion, type Circumstances } from './decide.ts';
export { DENIALS, type Denial } from './denials.ts';
export { BREAK_GLASS_ROLES, RULES, type Rule } from './table.ts';
export { describeDenials, describeRules } from './describe.ts';
export { BREAK_GLASS_REASONS, GRANT_MINUTES, grantRefusal, REASON_LENGTH, type BreakGlassReason, type GrantRefusal } from './break-glass.ts';
export { fold } from './fold.ts';
export { classOfModality } from './sql/facts.ts';
export { policyStatements, policyText, type Statement } from './sql/index.ts';
