import type { FastifyReply, FastifyRequest } from 'fastify';

/** `__Host-`: only this origin can set it, over https or on localhost, for the whole of it. */
export const SESSION_COOKIE = '__Host-sid';
export const SIGN_IN_COOKIE = '__Host-sign-in';
/** What a page shows beside the session cookie when it changes something; the one cookie that scripts read. */
export const PROOF_COOKIE = '__Host-csrf';
export const PROOF_HEADER = 'x-concord-csrf';

/** The value of a cookie; undefined when there is none, or more than one of the name. */
export function cookieOf(request: FastifyRequest, name: string, shape = /^[\w-]{43}$/): string | undefined {
  const found = (request.headers.cookie ?? '').split(';').flatMap((part) => {
    const [key, ...rest] = part.trim().split('=');
    return key === name ? [rest.join('=')] : [];
  });
  const [value] = found;
  return found.length === 1 && value !== undefined && shape.test(value) ? value : undefined;
}

/** A sealed sign-in is longer than an id. */
export const SEALED = /^[\w-]{40,3000}$/;

/** Without an age the browser forgets it with the window; the server ends it earlier. */
export function setCookie(reply: FastifyReply, name: string, value: string): void {
  add(reply, `${name}=${value}; Path=/; Secure${attributesOf(name)}`);
}

export function clearCookie(reply: FastifyReply, name: string): void {
  add(reply, `${name}=; Path=/; Secure${attributesOf(name)}; Max-Age=0`);
}

/** Lax, for a person comes back from the realm, and from a link in a message; what changes something asks for more than a cookie. */
function attributesOf(name: string): string {
  return name === PROOF_COOKIE ? '; SameSite=Strict' : '; HttpOnly; SameSite=Lax';
}

function add(reply: FastifyReply, cookie: string): void {
  const before = reply.getHeader('set-cookie');
  const list = before === undefined ? [] : Array.isArray(before) ? before : [String(before)];
  void reply.removeHeader('set-cookie').header('set-cookie', [...list, cookie]);
}
