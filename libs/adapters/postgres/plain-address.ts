/**
 * True when a connection string leads over a network without TLS that checks the server's certificate and name (libpq's
 * `verify-full`). A socket's folder and this machine itself need none.
 */
export function isPlainOnNetwork(url: string): boolean {
  const address = new URL(url);
  const host = address.searchParams.get('host') ?? address.hostname;
  const isHere = host.startsWith('/') || host === 'localhost' || host === '127.0.0.1' || host === '[::1]' || host === '::1';
  return !isHere && address.searchParams.get('sslmode') !== 'verify-full';
}
