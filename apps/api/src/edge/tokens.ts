/** Injection tokens of the ports; every constructor argument names one (`@Inject(CLOCK)`). */
export const WITH_ACCESS = Symbol('WithAccess');
export const CLOCK = Symbol('Clock');
export const CONFIG = Symbol('Config');
export const BACKEND = Symbol('Backend');
export const SESSIONS = Symbol('Sessions');
export const SIGN_IN = Symbol('SignIn');
export const SIGN_IN_RECORD = Symbol('SignInRecord');
export const VERIFY_LOGOUT = Symbol('VerifyLogout');
export const LOG = Symbol('Log');
export const SERVED_BUNDLE = Symbol('ServedBundle');
export const SCAN = Symbol('Scan');
export const METRICS = Symbol('MetricsSource');
