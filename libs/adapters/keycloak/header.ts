import { decodeProtectedHeader } from 'jose';

/** Asymmetric only: with a secret algorithm the public key would be the secret. */
export const ALGORITHMS = ['RS256', 'PS256', 'ES256'];
const LONGEST_TOKEN = 8_192;
/** Headers that would let a token bring its own key, or that ask for rules we do not know. */
const FORBIDDEN_HEADERS = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'enc'];

/** Three strict base64url parts and a header that names an allowed algorithm, type and plain key id, nothing more. */
export function isPlausible(token: string, types: readonly string[]): boolean {
  if (token.length > LONGEST_TOKEN || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) || !isCanonical(token)) return false;
  const header = headerOf(token);
  if (header === undefined || FORBIDDEN_HEADERS.some((name) => Object.hasOwn(header, name))) return false;
  return isOneOf(header['alg'], ALGORITHMS) && isOneOf(header['typ'] ?? 'JWT', types) && isKeyId(header['kid']);
}

/** Base64url has spare bits at the end: with others in them the same token would have a second spelling. */
function isCanonical(token: string): boolean {
  return token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
}

function isOneOf(value: unknown, allowed: readonly string[]): boolean {
  return typeof value === 'string' && allowed.includes(value);
}

function isKeyId(value: unknown): boolean {
  return typeof value === 'string' && /^[\w.:=-]{1,128}$/.test(value);
}

/** Undefined when it cannot be read, or when a name in it stands twice: readers differ in which of the two counts. */
function headerOf(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const header: Readonly<Record<string, unknown>> = { ...decodeProtectedHeader(token) };
    const text = Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString('utf8');
    return [...text.matchAll(/"(?:[^"\\]|\\.)*"\s*:/g)].length === Object.keys(header).length ? header : undefined;
  } catch {
    return undefined;
  }
}
