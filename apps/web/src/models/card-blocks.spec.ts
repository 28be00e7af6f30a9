import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blocksOf } from './card-blocks.ts';

describe('a model card on the page', () => {
  it('keeps title, headings, paragraphs, lists and tables apart', () => {
    const card = '# Title\n\nBundle `b`, **now**.\n\n## Learned from\n- one\n  goes on\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n';
    expect(blocksOf(card)).toEqual([
      { kind: 'title', text: 'Title' },
      { kind: 'paragraph', text: 'Bundle b, now.' },
      { kind: 'heading', text: 'Learned from' },
      { kind: 'list', items: ['one goes on', 'two'] },
      { kind: 'table', head: ['a', 'b'], rows: [['1', '2']] },
    ]);
  });

  it('loses no word of the card that is shipped', () => {
    const models = new URL('../../../../infra/models/', import.meta.url);
    const { current } = JSON.parse(readFileSync(new URL('active.json', models), 'utf8')) as { current: string };
    const card = readFileSync(new URL(`${current}/model-card.md`, models), 'utf8');
    const shown = JSON.stringify(blocksOf(card));
    for (const word of card.match(/[A-Za-z]{4,}/g) ?? []) expect(shown).toContain(word);
    expect(blocksOf(card).filter(({ kind }) => kind === 'table').length).toBeGreaterThan(0);
  });
});
