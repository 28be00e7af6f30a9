import type { FastifyReply, FastifyRequest } from 'fastify';

/** `__Host-`: only this origin can set it, over https or on localhost, for the whole of it. */
export const SESSION_COOKIE = '__Host-sid';
export const SIGN_IN_COOKIE = '__Host-sign-in';

/** The value of a cookie; undefined when there is none, or more than one of the name. */
export function cookieOf(request: FastifyRequest, name: string): string | undefined {
  const found = (request.headers.cookie ?? '').split(';').flatMap((part) => {
    const [key, ...rest] = part.trim().split('=');
    return key === name ? [rest.join('=')] : [];
  });
  const [value] = found;
  return found.length === 1 && value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
}

/** Without an age the browser forgets it with the window; the server ends it earlier. */
export function setCookie(reply: FastifyReply, name: string, value: string): void {
  add(reply, `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax`);
}

export function clearCookie(reply: FastifyReply, name: string): void {
  add(reply, `${name}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`);
}

function add(reply: FastifyReply, cookie: string): void {
  const before = reply.getHeader('set-cookie');
  const list = before === undefined ? [] : Array.isArray(before) ? before : [String(before)];
  void reply.removeHeader('set-cookie').header('set-cookie', [...list, cookie]);
}
