import type { FastifyRequest } from 'fastify';
import { forbidden } from '../edge/failure.ts';
import { PROOF_HEADER } from './cookies.ts';
import type { Sessions } from './sessions.ts';

const SAFE = ['GET', 'HEAD', 'OPTIONS'];
/** Forms of these carry their proof in the body, which nobody has read yet: the route itself asks for it. A report changes nothing. */
const PROOF_IN_BODY = ['/auth/logout', '/auth/logout-everywhere', '/auth/policy-report'];

/**
 * Cross-site request forgery. A cookie goes along by itself, so with one: what changes something must come from a page of
 * this origin, as `Sec-Fetch-Site` or else `Origin` says (`null` is nobody), and show the word that only a page of this
 * session can read. What only looks must not be asked for by another site's page either, save by following a link.
 * @throws Failure 403
 */
export function refuseForeign(request: FastifyRequest, publicUrl: string): void {
  const mayPass = SAFE.includes(request.method) ? mayLook(request) : mayChange(request, new URL(publicUrl).origin);
  if (!mayPass) throw forbidden();
}

function mayLook({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  const follows = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return site === undefined || site === 'same-origin' || site === 'none' || follows;
}

function mayChange({ headers }: FastifyRequest, ours: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  return headers.origin === undefined ? site === 'same-origin' : headers.origin === ours;
}

/** @throws Failure 403 */
export function requireProof(request: FastifyRequest, sessions: Sessions, sessionId: string): void {
  const path = request.url.split('?', 1)[0] ?? '';
  if (SAFE.includes(request.method) || PROOF_IN_BODY.includes(path)) return;
  const given = request.headers[PROOF_HEADER];
  if (typeof given !== 'string' || !sessions.isProof(sessionId, given)) throw forbidden();
}
