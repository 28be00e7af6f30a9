export type { TokenSettings } from './settings.ts';
export { createVerifier, type TokenRefusal, type VerifyToken } from './verify.ts';
