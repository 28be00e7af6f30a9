import { NextResponse, type NextRequest } from 'next/server';
import { PATH_HEADER } from './api/return-to.ts';

/**
 * A content security policy with a nonce for each answer. It is set on the request too: that is where Next reads the
 * nonce that it writes into its own scripts.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const policy = policyFor(nonce);
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  headers.set('content-security-policy', policy);
  headers.set(PATH_HEADER, `${request.nextUrl.pathname}${request.nextUrl.search}`);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  // Reported and not enforced: the chart library still writes markup by string.
  response.headers.set('content-security-policy-report-only', `require-trusted-types-for 'script'; report-uri ${REPORTS}`);
  response.headers.set('cache-control', 'no-store');
  return response;
}

/** Where a browser says that it stopped something; nothing of the address it was on is kept. */
const REPORTS = '/auth/policy-report';

function policyFor(nonce: string): string {
  return [
    `default-src 'none'`,
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `form-action 'self'`,
    `base-uri 'none'`,
    `object-src 'none'`,
    `frame-ancestors 'none'`,
    `report-uri ${REPORTS}`,
  ].join('; ');
}

export const config = { matcher: ['/((?!_next/static|icon.svg).*)'] };
