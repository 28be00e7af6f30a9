/** Under this name a page learns its own path; the edge drops what a client sends. */
export const PATH_HEADER = 'x-concord-path';

/** Only a path of this origin: `//host`, a backslash or a scheme would lead away. */
const LOCAL = /^\/(?![/\\])[^\\\s]*$/;

/** Where the sign-in leads, and back to. */
export function signInPath(path: string | null): string {
  return isElsewhere(path) ? `/sign-in?returnTo=${encodeURIComponent(path)}` : '/sign-in';
}

/** The identity's door, and the page to come back to. */
export function loginPath(returnTo: string | null): string {
  return isElsewhere(returnTo) ? `/auth/login?returnTo=${encodeURIComponent(returnTo)}` : '/auth/login';
}

function isElsewhere(path: string | null): path is string {
  return path !== null && path !== '/' && LOCAL.test(path) && !/^\/(auth|sign-in)(\/|\?|$)/.test(path);
}
