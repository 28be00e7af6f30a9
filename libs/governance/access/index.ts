export { decide, defaultPurpose, reachableBy, refusal, type AccessQuestion, type Circumstances } from './decide.ts';
export { BREAK_GLASS_ROLES, DENIALS, RULES, type Denial, type Rule } from './table.ts';
export { describeDenials, describeRules } from './describe.ts';
export { BREAK_GLASS_REASONS, GRANT_MINUTES, grantRefusal, REASON_LENGTH, type BreakGlassReason, type GrantRefusal } from './break-glass.ts';
export { fold } from './fold.ts';
