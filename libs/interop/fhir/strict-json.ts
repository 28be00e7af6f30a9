import { err, ok, type Result } from '@concord/core/kernel';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Why a text is not JSON that we read, and where: line and column count from 1. Nothing of the text is repeated. */
export interface JsonError {
  readonly kind: 'not-json' | 'duplicate-key' | 'bad-string' | 'bad-number' | 'too-deep' | 'forbidden-key';
  readonly reason: string;
  readonly line: number;
  readonly column: number;
}

/** Where a value stood in the text: UTF-16 units, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface JsonDocument {
  readonly value: JsonValue;
  /** The objects two levels below the root (entries of a Bundle), so that the original text of each can be kept. */
  readonly spans: ReadonlyMap<JsonValue, Span>;
}

/** Deeper than any resource that we read: FHIR's own examples stay below 16. */
export const DEPTH_MAX = 64;

/**
 * JSON as RFC 8259 writes it, and stricter where lenience hides a mistake about a patient: a key that stands twice, a NUL,
 * a lone surrogate, a number that a double cannot hold, `__proto__`, and text after the value are refused with their place.
 */
export function readJson(text: string): Result<JsonDocument, JsonError> {
  const reader = new Reader(text);
  try {
    return ok({ value: reader.document(), spans: reader.spans });
  } catch (error) {
    if (error instanceof Refused) return err(placed(text, error));
    throw error;
  }
}

class Refused extends Error {
  readonly kind: JsonError['kind'];
  readonly reason: string;
  readonly at: number;

  constructor(kind: JsonError['kind'], reason: string, at: number) {
    super(reason);
    this.kind = kind;
    this.reason = reason;
    this.at = at;
  }
}

function placed(text: string, { kind, reason, at }: Refused): JsonError {
  const before = text.slice(0, at);
  const lastBreak = before.lastIndexOf('\n');
  return { kind, reason, line: before.split('\n').length, column: at - lastBreak };
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// Everything up to the next quote, escape or character that a JSON string may not hold.
const PLAIN = /[^"\\\u0000-\u001f\ud800-\udfff]*/y;
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const LITERALS: readonly (readonly [string, JsonValue])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

/** One pass over one text. A class because it has a lifetime: the place in the text. */
class Reader {
  readonly spans = new Map<JsonValue, Span>();
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): JsonValue {
    // A byte order mark is allowed by RFC 8259 to be ignored.
    if (this.text.charCodeAt(0) === 0xfeff) this.at = 1;
    const value = this.value(0);
    this.blank();
    if (this.at < this.text.length) this.refuse('not-json', 'text stands after the value');
    return value;
  }

  private value(depth: number): JsonValue {
    this.blank();
    const next = this.text[this.at];
    if (next === '{') return this.object(depth);
    if (next === '[') return this.array(depth);
    if (next === '"') return this.string();
    for (const [word, value] of LITERALS) {
      if (!this.text.startsWith(word, this.at)) continue;
      this.at += word.length;
      return value;
    }
    return this.number();
  }

  private object(depth: number): JsonObject {
    const start = this.at;
    const object: Record<string, JsonValue> = {};
    this.open(depth);
    for (let count = 0; !this.closes('}', count); count += 1) {
      this.blank();
      const keyAt = this.at;
      if (this.text[keyAt] !== '"') this.refuse('not-json', 'a name in double quotes was expected');
      const key = this.string();
      if (Object.hasOwn(object, key)) this.refuse('duplicate-key', 'a name stands twice in one object', keyAt);
      // Assigning it would change the prototype instead of adding a member.
      if (key === '__proto__') this.refuse('forbidden-key', 'the name __proto__ is not allowed', keyAt);
      this.blank();
      this.expect(':');
      object[key] = this.value(depth + 1);
    }
    if (depth === 2) this.spans.set(object, { start, end: this.at });
    return object;
  }

  private array(depth: number): readonly JsonValue[] {
    const items: JsonValue[] = [];
    this.open(depth);
    for (let count = 0; !this.closes(']', count); count += 1) items.push(this.value(depth + 1));
    return items;
  }

  private open(depth: number): void {
    if (depth >= DEPTH_MAX) this.refuse('too-deep', `more than ${DEPTH_MAX} levels`);
    this.at += 1;
  }

  /** True at the end of an object or array; before every member but the first, steps over the comma. */
  private closes(end: '}' | ']', count: number): boolean {
    this.blank();
    if (this.text[this.at] === end) {
      this.at += 1;
      return true;
    }
    if (count > 0) this.expect(',');
    return false;
  }

  private string(): string {
    this.at += 1;
    let value = '';
    for (;;) {
      PLAIN.lastIndex = this.at;
      const plain = PLAIN.exec(this.text)?.[0] ?? '';
      value += plain;
      this.at += plain.length;
      const next = this.text[this.at];
      if (next === '"') break;
      value += this.special(next);
    }
    this.at += 1;
    return value;
  }

  /** An escape or a surrogate pair: what cannot be taken over in one run. */
  private special(next: string | undefined): string {
    if (next === undefined) return this.refuse('not-json', 'the text ends inside a string');
    if (next === '\\') return this.escape();
    if (next < ' ') return this.refuse('bad-string', 'a control character stands in a string');
    const pair = this.text.slice(this.at, this.at + 2);
    if (!pair.isWellFormed() || pair.length < 2) return this.refuse('bad-string', 'a lone surrogate stands in a string');
    this.at += 2;
    return pair;
  }

  private escape(): string {
    const start = this.at;
    const letter = this.text[start + 1] ?? '';
    if (letter !== 'u') {
      const plain = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
      if (plain === undefined) return this.refuse('not-json', 'an unknown escape stands in a string');
      this.at += 2;
      return plain;
    }
    const first = this.unit();
    if (first === '\0') return this.refuse('bad-string', 'NUL stands in a string', start);
    if (first.isWellFormed()) return first;
    const both = this.text.startsWith('\\u', this.at) ? first + this.unit() : first;
    return both.isWellFormed() ? both : this.refuse('bad-string', 'a lone surrogate stands in a string', start);
  }

  private unit(): string {
    const digits = this.text.slice(this.at + 2, this.at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) return this.refuse('not-json', 'an escape needs four hexadecimal digits');
    this.at += 6;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  private number(): number {
    NUMBER.lastIndex = this.at;
    const written = NUMBER.exec(this.text)?.[0];
    if (written === undefined) return this.refuse('not-json', this.at < this.text.length ? 'a value was expected' : 'the text ends too early');
    const value = Number(written);
    if (!Number.isFinite(value)) return this.refuse('bad-number', 'a number is too large');
    this.at += written.length;
    return value;
  }

  private blank(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.at += 1;
    }
  }

  private expect(sign: ':' | ','): void {
    if (this.text[this.at] !== sign) this.refuse('not-json', `${sign === ',' ? 'a comma' : 'a colon'} was expected`);
    this.at += 1;
  }

  private refuse(kind: JsonError['kind'], reason: string, at = this.at): never {
    throw new Refused(kind, reason, at);
  }
}
