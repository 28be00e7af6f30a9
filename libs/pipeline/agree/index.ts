export { createAgree, DRAWN_FILMS, type Agree, type AgreeParts } from './agree.ts';
