export { createAgree, type Agree, type AgreeParts } from './agree.ts';
