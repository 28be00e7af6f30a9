import { createHmac, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

export type Json = Record<string, unknown>;

/** What an attacker could have, and more: a genuine token, and the realm's own signing key, so that each case fails for what it changes alone. */
export interface TokenWorld {
  readonly header: Json;
  readonly claims: Json;
  /** The three parts of the genuine token. */
  readonly parts: readonly string[];
  /** Private key under the `kid` of `header`. */
  readonly genuine: KeyObject;
  readonly issuer: string;
}

const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

export const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
export const decode = (part: string | undefined): Json => JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Json;
const now = (): number => Math.floor(Date.now() / 1000);

/** RS256 over header and payload as they are given, strings included. */
export function signed(head: unknown, body: unknown, key: KeyObject): string {
  const input = `${encode(head)}.${encode(body)}`;
  return `${input}.${sign('RSA-SHA256', Buffer.from(input), key).toString('base64url')}`;
}

type Claims = (claims: Json, issuer: string) => unknown;
const fresh = (claims: Json): Json => ({ ...claims, iat: now(), exp: now() + 200 });
const access = (roles: unknown): Json => ({ resource_access: { 'concord-api': { roles } } });

/** Signed by the realm itself: each is refused for its claims alone. */
const CLAIMS: Readonly<Record<string, Claims>> = {
  'has ended': (claims) => ({ ...claims, iat: now() - 400, exp: now() - 100 }),
  'ended six seconds ago': (claims) => ({ ...claims, iat: now() - 200, exp: now() - 7 }),
  'never ends': (claims) => ({ ...claims, exp: undefined }),
  'ends at null': (claims) => ({ ...claims, exp: null }),
  'ends at a word': (claims) => ({ ...claims, exp: 'tomorrow' }),
  'ends at a number in quotes': (claims) => ({ ...claims, exp: String(now() + 200) }),
  'ends before it begins': (claims) => ({ ...claims, iat: now(), exp: now() - 1 }),
  'ends before the epoch': (claims) => ({ ...claims, exp: -1 }),
  'ends after a day': (claims) => ({ ...claims, iat: now(), exp: now() + 86_400 }),
  'ends at infinity': (claims) => ({ ...claims, exp: 1e308 }),
  'ends at a list': (claims) => ({ ...claims, exp: [now() + 200] }),
  'has not begun': (claims) => ({ ...fresh(claims), nbf: now() + 120 }),
  'begins at a word': (claims) => ({ ...fresh(claims), nbf: 'now' }),
  'was issued in the future': (claims) => ({ ...claims, iat: now() + 120, exp: now() + 300 }),
  'was issued an hour ago and still lives': (claims) => ({ ...claims, iat: now() - 3_600, exp: now() + 100 }),
  'says no time of issue': (claims) => ({ ...fresh(claims), iat: undefined }),
  'was issued at a word': (claims) => ({ ...fresh(claims), iat: 'x' }),
  'comes from another realm': (claims, issuer) => ({ ...fresh(claims), iss: issuer.replace('concord', 'other') }),
  'comes from the realm with a slash more': (claims, issuer) => ({ ...fresh(claims), iss: `${issuer}/` }),
  'comes from the realm in capitals': (claims, issuer) => ({ ...fresh(claims), iss: issuer.toUpperCase() }),
  'comes from the realm by another scheme': (claims, issuer) => ({ ...fresh(claims), iss: issuer.replace('http:', 'https:') }),
  'comes from a list of issuers': (claims, issuer) => ({ ...fresh(claims), iss: [issuer] }),
  'names no issuer': (claims) => ({ ...fresh(claims), iss: undefined }),
  'is meant for another service': (claims) => ({ ...fresh(claims), aud: 'another-service' }),
  'is meant for us and for another service': (claims) => ({ ...fresh(claims), aud: ['concord-api', 'another-service'] }),
  'is meant for a longer name': (claims) => ({ ...fresh(claims), aud: 'concord-api-2' }),
  'is meant for a part of our name': (claims) => ({ ...fresh(claims), aud: 'concord' }),
  'is meant for an object': (claims) => ({ ...fresh(claims), aud: { 'concord-api': true } }),
  'is meant for an empty list': (claims) => ({ ...fresh(claims), aud: [] }),
  'is meant for nobody': (claims) => ({ ...fresh(claims), aud: undefined }),
  'was asked for by another client': (claims) => ({ ...fresh(claims), azp: 'another-client' }),
  'was asked for by the account pages': (claims) => ({ ...fresh(claims), azp: 'account-console' }),
  'was asked for by a list': (claims) => ({ ...fresh(claims), azp: ['concord-web'] }),
  'was asked for by nobody': (claims) => ({ ...fresh(claims), azp: undefined }),
  'is an ID token': (claims) => ({ ...fresh(claims), typ: 'ID' }),
  'is a refresh token': (claims) => ({ ...fresh(claims), typ: 'Refresh' }),
  'is a logout token': (claims) => ({ ...fresh(claims), typ: 'Logout', events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
  'is an offline token': (claims) => ({ ...fresh(claims), typ: 'Offline' }),
  'is of no type': (claims) => ({ ...fresh(claims), typ: undefined }),
  'is about nobody': (claims) => ({ ...fresh(claims), sub: undefined }),
  'is about an empty name': (claims) => ({ ...fresh(claims), sub: '' }),
  'is about a list of people': (claims) => ({ ...fresh(claims), sub: ['a'] }),
  'is about a number': (claims) => ({ ...fresh(claims), sub: 1 }),
  'has roles as one word': (claims) => ({ ...fresh(claims), ...access('physician') }),
  'has roles as an object': (claims) => ({ ...fresh(claims), ...access({ physician: true, length: 1, 0: 'physician' }) }),
  'has roles as lists of lists': (claims) => ({ ...fresh(claims), ...access([['physician']]) }),
  'has no list of roles': (claims) => ({ ...fresh(claims), resource_access: { 'concord-api': {} } }),
  'has access as a list': (claims) => ({ ...fresh(claims), resource_access: ['concord-api'] }),
  'has access as a word': (claims) => ({ ...fresh(claims), resource_access: 'concord-api' }),
  'carries a line break in a name for records': (claims) => ({ ...fresh(claims), preferred_username: 'physician\nprivacy' }),
  'carries a name for records without end': (claims) => ({ ...fresh(claims), preferred_username: 'a'.repeat(5_000) }),
  'has no id': (claims) => ({ ...fresh(claims), jti: undefined }),
  'is a list': (claims) => [fresh(claims)],
  'is a word': () => 'physician',
  'is nothing': () => 'null',
};

const other = (text: string): string => (text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`);
/** The same bytes in another spelling: base64url has spare bits at the end of a part that is not a multiple of three bytes. */
function respelled(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(part.at(-1) ?? 'A');
  return part.length % 4 === 0 ? `${part}=` : `${part.slice(0, -1)}${alphabet[last ^ 1] ?? ''}`;
}

type Forgery = (world: TokenWorld) => readonly string[];
const KIDS = ['../../../dev/null', "x' UNION SELECT 'key", 'http://127.0.0.1:9/k', '__proto__', 'constructor', '', 'a'.repeat(8_000), ['a'], { a: 1 }, 7, null];

/** What nobody issued, or what was changed on the way. */
const FORGERIES: Readonly<Record<string, Forgery>> = {
  'has no signature': ({ parts: [a, b, c] }) => [`${a}.${b}.`, `${a}.${b}`, `${a}.${b}.${c}.`, `${a}..${c}`, `.${b}.${c}`],
  'asks for no algorithm': ({ header, parts: [, b, c] }) =>
    ['none', 'None', 'nOnE', 'NONE', '', null, undefined].flatMap((alg) => [`${encode({ ...header, alg })}.${b}.`, `${encode({ ...header, alg })}.${b}.${c}`]),
  'names its algorithm twice': ({ header, claims, genuine }) => {
    const twice = JSON.stringify({ ...header, alg: 'none' }).replace('{', '{"alg":"RS256",');
    const again = JSON.stringify(header).replace('{', '{"alg":"none",');
    return [signed(twice, fresh(claims), genuine), signed(again, fresh(claims), genuine)];
  },
  'has another payload under the same signature': ({ claims, parts: [a, , c] }) => [
    `${a}.${encode({ ...claims, sub: 'admin' })}.${c}`,
    `${a}.${encode({ ...claims, ...access(['privacy', 'administrator']) })}.${c}`,
  ],
  'has another signature': ({ parts: [a, b, c = ''] }) => [
    `${a}.${b}.${other(c)}`,
    `${a}.${b}.${c.slice(0, -4)}`,
    `${a}.${b}.${c}${c}`,
    `${a}.${b}.${'A'.repeat(c.length)}`,
  ],
  'is spelled in another way': ({ parts: [a = '', b = '', c = ''] }) => [
    `${a}.${b}.${respelled(c)}`,
    `${a}.${b}.${c}==`,
    `${a}.${b}.${c}%20`,
    `${a}.${b}.+${c.slice(1)}`,
  ],
  'is signed by a stranger under our key id': ({ header, claims }) => [signed(header, fresh(claims), stranger), signed(header, fresh(claims), short)],
  'is signed on a curve under the id of our RSA key': ({ header, claims }) => {
    const input = `${encode({ ...header, alg: 'ES256' })}.${encode(fresh(claims))}`;
    const proof = sign('sha256', Buffer.from(input), { key: curve, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    return [`${input}.${proof}`, `${input}.${Buffer.alloc(64).toString('base64url')}`];
  },
  'names no key, an unknown key or a strange one': ({ header, claims, genuine }) => [
    signed({ ...header, kid: undefined }, fresh(claims), genuine),
    ...KIDS.map((kid) => signed({ ...header, kid }, fresh(claims), stranger)),
  ],
  'brings its own key': ({ header, claims, genuine }) => [
    signed({ ...header, jwk: createPublicKey(stranger).export({ format: 'jwk' }) }, fresh(claims), stranger),
    signed({ ...header, jwk: createPublicKey(genuine).export({ format: 'jwk' }) }, fresh(claims), genuine),
    signed({ ...header, jku: 'http://127.0.0.1:9/keys.json' }, fresh(claims), stranger),
    signed({ ...header, x5u: 'http://127.0.0.1:9/keys.pem' }, fresh(claims), genuine),
    signed({ ...header, x5c: ['AAAA'] }, fresh(claims), genuine),
  ],
  'asks for rules that nobody knows': ({ header, claims, genuine }) => [
    signed({ ...header, crit: ['x'], x: true }, fresh(claims), genuine),
    signed({ ...header, crit: [] }, fresh(claims), genuine),
    signed({ ...header, b64: false, crit: ['b64'] }, fresh(claims), genuine),
    signed({ ...header, zip: 'DEF' }, fresh(claims), genuine),
  ],
  'says that it is something else': ({ header, claims, genuine }) =>
    ['JWE', 'logout+jwt', 'ID', 'dpop+jwt', 7].map((typ) => signed({ ...header, typ }, fresh(claims), genuine)),
  'swaps the algorithm of its signature': ({ header, claims, genuine }) =>
    ['RS384', 'RS512', 'PS256', 'PS512', 'ES256', 'ES384', 'EdDSA', 'HS256', 'rs256', ['RS256'], 256].map((alg) =>
      signed({ ...header, alg }, fresh(claims), genuine),
    ),
  'uses the public key as a secret': ({ header, claims, genuine }) => {
    const key = createPublicKey(genuine);
    const { n } = key.export({ format: 'jwk' });
    const secrets = [
      key.export({ type: 'spki', format: 'pem' }),
      key.export({ type: 'spki', format: 'der' }),
      String(n),
      Buffer.from(String(n), 'base64url'),
      '',
    ];
    return ['HS256', 'HS384', 'HS512'].flatMap((alg) => {
      const input = `${encode({ ...header, alg })}.${encode(fresh(claims))}`;
      return secrets.map(
        (secret) =>
          `${input}.${createHmac(`sha${alg.slice(2)}`, secret)
            .update(input)
            .digest('base64url')}`,
      );
    });
  },
  'is encrypted, or holds another token': ({ header, claims, genuine, parts }) => [
    `${encode({ alg: 'RSA-OAEP', enc: 'A256GCM', kid: header['kid'] })}.AAAA.AAAA.AAAA.AAAA`,
    signed({ ...header, cty: 'JWT', enc: 'A256GCM' }, fresh(claims), genuine),
    signed(header, parts.join('.'), genuine),
  ],
  'is no token': ({ parts }) => ['x', 'null', '..', 'a.b.c', '%00', `${'A'.repeat(4_000)}.${'A'.repeat(4_000)}.AA`, `${parts.join('.')}=`, 'A'.repeat(12_000)],
  'is larger than any realm makes one': ({ header, claims, genuine }) => [signed(header, { ...fresh(claims), filler: 'a'.repeat(7_000) }, genuine)],
};

/** Every named case with its tokens: the names are read aloud as "a token that …". */
export function namedAttacks(world: TokenWorld): readonly (readonly [name: string, tokens: readonly string[]])[] {
  const byClaims = Object.entries(CLAIMS).map(([name, change]) => [name, [signed(world.header, change(world.claims, world.issuer), world.genuine)]] as const);
  const forged = Object.entries(FORGERIES).map(([name, make]) => [name, make(world)] as const);
  return [...byClaims, ...forged];
}

export const ATTACK_NAMES: readonly string[] = [...Object.keys(CLAIMS), ...Object.keys(FORGERIES)];

/** One thing of a genuine token changed at random: a bit, a character, a part, a claim or a header signed by a stranger. */
export function mutated({ header, claims, parts }: TokenWorld, next: () => number): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const token = parts.join('.');
  const at = Math.floor(next() * token.length);
  const odd = [null, '', 0, -1, true, [], {}, 'x'.repeat(300), '\u0000', '__proto__', [null], 1e308, 'physician'];
  const kinds: readonly (() => string)[] = [
    () => `${token.slice(0, at)}${String.fromCharCode(33 + Math.floor(next() * 93))}${token.slice(at + 1)}`,
    () => `${token.slice(0, at)}${token.slice(at + 1 + Math.floor(next() * 8))}`,
    () => `${token.slice(0, at)}${token.slice(Math.floor(next() * token.length))}`,
    () => [parts[0], parts[1], parts[2]].sort(() => next() - 0.5).join('.'),
    () => withBit(parts, Math.floor(next() * 3), next),
    () => signed({ ...header, [pick(['alg', 'kid', 'typ', 'crit', 'jwk', 'x'])]: pick(odd) }, claims, stranger),
    () => `${encode(header)}.${encode({ ...claims, [pick(Object.keys(claims))]: pick(odd) })}.${parts[2]}`,
    () => `${encode({ ...header, [pick(['alg', 'kid', 'typ', 'x5c', 'jku'])]: pick(odd) })}.${parts[1]}.${parts[2]}`,
  ];
  const made = pick(kinds)();
  return made === token ? `${made}A` : made;
}

/** Flips one bit of one part. */
function withBit(parts: readonly string[], which: number, next: () => number): string {
  const bytes = Buffer.from(parts[which] ?? '', 'base64url');
  const at = Math.floor(next() * bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(next() * 8));
  return parts.map((part, i) => (i === which ? bytes.toString('base64url') : part)).join('.');
}
