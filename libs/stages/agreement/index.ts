export { agreements, COMPARABLE_WITHIN, mislinkSuspected } from './agree.ts';
