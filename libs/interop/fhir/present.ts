import { err, ok, type Result } from '@concord/core/kernel';
import type { Issue } from './issue.ts';

/** What is read, or everything that is wrong with it. */
export type Read<T> = Result<T, readonly Issue[]>;

/** Drops members that are undefined: an absent element is left out, never written as nothing. */
export function present<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

type Values<R> = { [K in keyof R]: R[K] extends Read<infer V> ? V : never };

/** All parts, or the issues of every part that failed: a sender repairs a message once. */
export function together<R extends Readonly<Record<string, Read<unknown>>>>(parts: R): Read<Values<R>> {
  const issues = Object.values(parts).flatMap((part) => (part.ok ? [] : part.error));
  if (issues.length > 0) return err(issues);
  return ok(Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.ok ? part.value : undefined])) as Values<R>);
}

/** Reads what is there; what is absent stays absent. */
export function optional<S, T>(sent: S | undefined, read: (sent: S) => Read<T>): Read<T | undefined> {
  return sent === undefined ? ok(undefined) : read(sent);
}
