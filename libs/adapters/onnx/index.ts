export { SessionPool, type SessionPoolOptions } from './session-pool.ts';
