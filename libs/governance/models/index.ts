export { splitOf, type Split } from './split.ts';
