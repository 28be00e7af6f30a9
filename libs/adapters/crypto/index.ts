export { digest } from './digest.ts';
export { sha256 } from './hash.ts';
export { loadRootKey, RootKeyError } from './root-key.ts';
export { createSealer, SealError, type DataKey, type Sealer } from './sealer.ts';
export { createSessionSeal, type SessionSeal } from './session-seal.ts';
export { createSigner, createTagOpener, loadSigner, verifySignature } from './signer.ts';
