export { createVerifier, type TokenRefusal, type TokenSettings, type VerifyToken } from './verify.ts';
