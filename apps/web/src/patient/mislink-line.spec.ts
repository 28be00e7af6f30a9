import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { PatientPage, WireAssessment } from '@concord/contracts';
import { MislinkLine } from './mislink-line.tsx';

type Concordance = NonNullable<PatientPage['concordance']>;
const CONTRARY: Concordance = { id: 'c', asOf: '2026-03-01T12:00:00Z', bundle: 'b', findings: [], signs: [], mislinkSuspected: true, review: null };
const looked = (outcome: NonNullable<Concordance['review']>['outcome']): Concordance => ({
  ...CONTRARY,
  review: { outcome, by: 'radiologist', at: '2026-03-01T12:05:00Z' },
});
const using = (...used: string[]): WireAssessment => ({ modalities: { used } }) as unknown as WireAssessment;

const shown = (concordance: Concordance | null, assessment?: WireAssessment): string =>
  renderToStaticMarkup(createElement(MislinkLine, { page: { concordance } as PatientPage, assessment })).replace(/<[^>]*>/g, ' ');

describe('a report and a film that may be of two people', () => {
  it('are said across the page, for the score above them may rest on somebody else', () => {
    expect(shown(CONTRARY, using('vitals', 'radiology-report', 'chest-imaging'))).toContain('Report and film may be of two people.');
    expect(shown(CONTRARY, using('vitals', 'radiology-report', 'chest-imaging'))).toContain('The score uses both.');
    expect(shown(CONTRARY, using('vitals'))).not.toContain('The score uses both.');
  });

  it('are no longer said once a second look settled it, and are said more strongly when it found them to be', () => {
    expect(shown(looked('report-stands'))).toBe('');
    expect(shown({ ...looked('not-this-patient'), mislinkSuspected: false })).toContain('of another patient');
  });

  it('say nothing where nothing contradicts', () => {
    expect(shown(null)).toBe('');
    expect(shown({ ...CONTRARY, mislinkSuspected: false })).toBe('');
  });
});
