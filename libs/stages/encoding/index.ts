export { encode, locate, type Encoder, type Tokens } from './encode.ts';
export { findingLogits, type FindingsReader } from './findings.ts';
