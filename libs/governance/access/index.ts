export { decide, defaultPurpose, reachableBy, refusal, type AccessQuestion, type Circumstances } from './decide.ts';
export { BREAK_GLASS_ROLES, DENIALS, RULES, type Denial, type Rule } from './table.ts';
export { describeDenials, describeRules } from './describe.ts';
export { fold } from './fold.ts';
