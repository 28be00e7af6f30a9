import { headers } from 'next/headers';
import { apiUrl } from '../config.ts';
import { paths } from '../api/paths.ts';

/** The same search as a file: a browser's link cannot ask for a form by its Accept header. Streams, keeps nothing. */
export async function asFile(request: Request, accept: string): Promise<Response> {
  const incoming = await headers();
  const passed = new Headers({ accept });
  for (const name of ['cookie', 'host', 'x-request-id']) {
    const value = incoming.get(name);
    if (value !== null) passed.set(name, value);
  }
  const query = new URL(request.url).searchParams.toString();
  const answer = await fetch(new URL(paths.audit(query), apiUrl()), { headers: passed, cache: 'no-store', redirect: 'manual' });
  const type = answer.headers.get('content-type') ?? 'application/octet-stream';
  return new Response(answer.body, { status: answer.status, headers: { 'content-type': type, 'cache-control': 'no-store' } });
}
