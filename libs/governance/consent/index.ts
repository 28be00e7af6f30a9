export { compile, type Denial } from './compile.ts';
