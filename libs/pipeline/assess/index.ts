export { createAssess, type AssessParts } from './assess.ts';
