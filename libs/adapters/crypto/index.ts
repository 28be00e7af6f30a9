export { digest } from './digest.ts';
export { sha256 } from './hash.ts';
export { SealError } from './envelope.ts';
export { createFileKeyStore } from './key-store.ts';
export { keyStoreFolder, openKeyring, versionOf, type SiteKeyring } from './keyring.ts';
export { retireRoot, rotateRoot, type Rotation } from './rotate-root.ts';
export { loadRootKey, RootKeyError } from './root-key.ts';
export { createSessionSeal, type SessionSeal } from './session-seal.ts';
export { createSigner, createTagOpener, loadSigner, verifySignature } from './signer.ts';
