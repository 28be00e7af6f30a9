import { describe, expect, it } from 'vitest';
import type { DiscordanceList } from '@concord/contracts';
import { closedWords, queueFigures, queueSource } from './queue-figures.ts';

const measured = { bundle: 'b-1', consistentPairs: 800, falseAlarms: 2, contraryPairs: 797, found: 590, seeds: [31, 32], on: '2026-01-02' };
const items = (...outcomes: readonly (string | null)[]) =>
  outcomes.map((outcome) => ({ concordance: { review: outcome === null ? null : { outcome } } })) as unknown as DiscordanceList['items'];

describe('the line that says how often the queue for a second look is wrong', () => {
  it('counts, names what was measured and what was not, and where it comes from', () => {
    expect(queueFigures({ measured, bundle: 'b-1' })).toBe(
      'Measured on drawn films with b-1: 2 of 800 films were set against the report of the same chest (false alarms, 0.3 %); ' +
        'of 797 with the report of another chest 590 were found (74 %). No ward was measured.',
    );
    expect(queueSource({ measured })).toBe('concord bench agreement, seeds 31, 32, 2026-01-02; docs/fusion.md');
  });

  it('never repeats a figure of another bundle', () => {
    expect([queueFigures({ measured: null, bundle: 'b-2' }), queueSource({ measured: null })]).toEqual([
      'How often this queue is wrong was not measured for b-2.',
      '',
    ]);
  });

  it('tells how often the film was wrong of those that were looked at here', () => {
    expect(closedWords({ items: items('report-stands', null, 'film-stands', 'report-stands') })).toBe('Of 3 closed here, the report stood in 2.');
    expect(closedWords({ items: items(null) })).toBe('');
  });
});
