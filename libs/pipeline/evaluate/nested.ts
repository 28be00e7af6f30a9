import type { Figures } from './suite.ts';

/** Figures by path as a tree: `a.b` becomes b inside a. */
export function nested(flat: Readonly<Record<string, number>>): Figures {
  const tree: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(flat)) {
    const names = path.split('.');
    let place = tree;
    for (const name of names.slice(0, -1)) place = (place[name] ??= {}) as Record<string, unknown>;
    place[names.at(-1) ?? path] = value;
  }
  return tree as Figures;
}
