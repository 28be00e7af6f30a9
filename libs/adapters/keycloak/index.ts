export type { TokenSettings } from './settings.ts';
export type { Ended, VerifyLogout } from './logout.ts';
export { createVerifiers, type Believed, type TokenRefusal, type Verifiers, type VerifyToken } from './verify.ts';
