export { encode, type Encoder, type Tokens } from './encode.ts';
