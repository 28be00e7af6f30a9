export { encode, type Encoder, type Tokens } from './encode.ts';
export { findingLogits, type FindingsReader } from './findings.ts';
