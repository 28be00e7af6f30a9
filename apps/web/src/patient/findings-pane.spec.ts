import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { PatientPage } from '@concord/contracts';
import { FindingsPane } from './findings-pane.tsx';
import type { PaneContext } from './score-pane.tsx';

const NOW = Date.parse('2026-03-01T12:10:00Z');
type Concordance = NonNullable<PatientPage['concordance']>;
const CONCORDANCE: Concordance = { id: 'c', asOf: '2026-03-01T12:00:00Z', bundle: 'b', findings: [], signs: [], mislinkSuspected: false, review: null };
const reading = (device: string, number: number) => ({ device, number, effectiveAt: '2026-03-01T12:00:00Z' });
const SPO2: Concordance['signs'][number] = {
  code: '2708-6',
  name: 'SpO2',
  unit: '%',
  verdict: 'disagree',
  used: reading('watch-2', 97),
  other: reading('monitor-7', 84),
};

const shown = (page: Pick<PatientPage, 'concordance'>): string =>
  renderToStaticMarkup(createElement(FindingsPane, { page, nowMs: NOW, zone: 'UTC' } as PaneContext))
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

describe('what the patient page says of two devices on one sign', () => {
  it('names both numbers where two contradict each other, and the one that counts: a loose clip must not pass for the patient', () => {
    const text = shown({ concordance: { ...CONCORDANCE, signs: [SPO2] } });
    expect(text).toContain('SpO2 two devices contradict each other');
    expect(text).toContain('watch-2: 97%, the newest, which counts as the value now; monitor-7: 84%');
  });

  it('is silent when there is nothing to say', () => {
    expect([shown({ concordance: CONCORDANCE }), shown({ concordance: null })]).toEqual(['', '']);
  });
});
