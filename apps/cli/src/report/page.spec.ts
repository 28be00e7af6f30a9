import { describe, expect, it } from 'vitest';
import type { BundleId } from '@concord/core/clinical';
import { SUITE } from '../../../../test/report-suite.ts';
import { page } from './page.ts';

const BUNDLE = { id: 'concord-3' as BundleId, title: 'Decline & <sepsis>', intendedUse: 'Research software, not a medical device.' };

describe('the page of a bundle', () => {
  const html = page(BUNDLE, [
    SUITE,
    { suite: 'report-negation', title: 'Negation', split: 'every row', printed: { n: 1416, f1: 0.987, ci: { f1: [0.978, 0.996] } } },
  ]);

  it('asks nothing of any server and runs nothing', () => {
    expect(html).not.toMatch(/<script|\bsrc=|https?:\/\/|url\(|@import/);
  });

  it('says what it is, for whom, and shows a text as text', () => {
    expect(html).toContain('Research software, not a medical device');
    expect(html).toContain('Decline &amp; &lt;sepsis&gt;');
  });

  it('says where a group is told too little, where a set is too narrow, and that few patients show no figure', () => {
    expect(html).toMatch(/female, 80 and over[\s\S]*1\.60 \(1\.20 to 2\.00\)[\s\S]*>off</);
    expect(html).toContain('narrower than promised');
    expect(html).toContain('fewer than ten patients');
  });

  it('prints a suite without curves figure by figure, with its intervals', () => {
    expect(html).toMatch(/f1<\/th><td>0\.9870<\/td><td>0\.9780 to 0\.9960/);
  });
});
