export { decide, defaultPurpose, reachableBy, refusal, type AccessQuestion } from './decide.ts';
export { RULES, type Rule } from './table.ts';
export { describeRules } from './describe.ts';
