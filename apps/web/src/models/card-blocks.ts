/** One piece of a model card. */
export type CardBlock =
  | { readonly kind: 'title' | 'heading' | 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };

/**
 * Reads the Markdown that the lab writes for a card: headings, paragraphs, lists, pipe tables. Marks inside a line (emphasis,
 * code) are taken off; a card is our own generated text, and whatever else stands in it is shown as it is.
 */
export function blocksOf(markdown: string): readonly CardBlock[] {
  return markdown
    .split(/\n\s*\n|\n(?=#)|(?<=^#[^\n]*)\n/m)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(blockOf);
}

function blockOf(part: string): CardBlock {
  const lines = part.split('\n');
  const heading = /^(#+) +(.*)$/.exec(lines[0] ?? '');
  if (heading !== null && lines.length === 1) return { kind: heading[1] === '#' ? 'title' : 'heading', text: plain(heading[2] ?? '') };
  if (lines.every((line) => line.startsWith('|'))) return tableOf(lines);
  if (/^[-*] /.test(part)) return { kind: 'list', items: itemsOf(lines) };
  return { kind: 'paragraph', text: plain(lines.join(' ')) };
}

function tableOf(lines: readonly string[]): CardBlock {
  const cells = (line: string): readonly string[] =>
    line
      .replace(/^\||\|$/g, '')
      .split('|')
      .map((cell) => plain(cell.trim()));
  const [head = '', , ...rows] = lines;
  return { kind: 'table', head: cells(head), rows: rows.map(cells) };
}

/** A line that begins no item goes on with the one before. */
function itemsOf(lines: readonly string[]): readonly string[] {
  return lines.reduce<readonly string[]>((items, line) => {
    if (/^[-*] /.test(line)) return [...items, plain(line.slice(2))];
    return [...items.slice(0, -1), `${items.at(-1) ?? ''} ${plain(line.trim())}`];
  }, []);
}

function plain(text: string): string {
  return text
    .replaceAll('**', '')
    .replaceAll('`', '')
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1');
}
