import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sha256 } from '@concord/adapters/crypto';
import { evaluationSchemas } from '@concord/contracts';
import type { BundleId } from '@concord/core/clinical';
import { printed, reportFindingsSuite, reportNegationSuite, type Suite, type SuiteReport } from '@concord/pipeline/evaluate';
import { chestSuite } from '../../apps/cli/src/evaluate/chest.ts';
import { folderFiles } from '../../apps/cli/src/evaluate/folder-files.ts';
import { page, type StoredSuite } from '../../apps/cli/src/report/page.ts';
import { FOLDERS } from '../model.ts';
import { SUITE } from '../report-suite.ts';

const data = fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** What a clinician looks for on the page of a question about patients or films. */
const OF_A_QUESTION = {
  'each figure with its interval': /Ranking \(AUROC\)[^<]*<\/th><td>[\d.]+<\/td><td>[\d.]+ to [\d.]+/,
  'a reliability diagram': /<svg[^>]*reliability[\s\S]*Each point is a tenth of the questions/,
  'a decision curve': /<svg[^>]*decision[\s\S]*acting on the score/,
  'a table by group': /By inputs, sex and age[\s\S]*<td>[\d.]+ \([\d.]+ to [\d.]+\)/,
  'what disturbances do': /Disturbances<\/caption>[\s\S]*points<\/td>/,
} as const;

const shown = (...suites: readonly StoredSuite[]): string => page({ id: 'judged' as BundleId, title: 'Judged', intendedUse: 'Research software.' }, suites);

it('the page of a question about patients holds every part that a clinician looks for', () => {
  for (const [part, pattern] of Object.entries(OF_A_QUESTION)) expect(shown(SUITE), part).toMatch(pattern);
});

it('a page without one of them is noticed: the check can fail', () => {
  const { heads = [] } = SUITE.detail ?? {};
  const bare = shown({ ...SUITE, detail: { heads: heads.map((head) => ({ ...head, robustness: [], subgroups: [], decision: [] })) } });
  for (const part of ['a decision curve', 'a table by group', 'what disturbances do'] as const) expect(bare, part).not.toMatch(OF_A_QUESTION[part]);
});

describe.skipIf(!existsSync(data) && process.env['CONCORD_STRICT'] !== '1')('the pages of films and texts (skipped where shared/data is absent)', () => {
  const judge = async (suite: Suite, folder: string): Promise<{ readonly report: SuiteReport; readonly html: string }> => {
    const judged = await suite.run({
      files: folderFiles(`${data}/${folder}`),
      split: 'validation',
      seed: 1,
      draws: 20,
      detail: true,
      progress: () => undefined,
    });
    if (!judged.ok) throw new Error(JSON.stringify(judged.error));
    const { suite: name, detail } = judged.value;
    return { report: judged.value, html: shown({ suite: name, title: name, split: 'set aside', printed: printed(judged.value), ...(detail && { detail }) }) };
  };

  it('hold the same of pneumonia on films, beside every other finding, and a spoilt film ranks no better by it', { timeout: 120_000 }, async () => {
    const { report, html } = await judge(await chestSuite({ modelsDir: FOLDERS.models, dataDir: '' }), 'nih_cxr_subset');
    for (const [part, pattern] of Object.entries(OF_A_QUESTION)) expect(html, part).toMatch(pattern);
    expect(html).toMatch(/perFinding\.Effusion\.auroc<\/th><td>[\d.]+<\/td><td>[\d.]+ to [\d.]+/);
    const disturbed = report.detail?.heads[0]?.robustness ?? [];
    expect(disturbed.length).toBeGreaterThan(5);
    for (const { name, auroc, aurocBefore } of disturbed) expect(auroc ?? 0, name).toBeLessThan((aurocBefore ?? 0) + 0.03);
    // What is served looks at film and mirror image alike.
    expect(disturbed.find(({ name }) => name.startsWith('Mirrored'))?.meanAbsoluteChange).toBeLessThan(1e-4);
  });

  it('hold the figures of reports with intervals, and what spoilt texts do to them', { timeout: 120_000 }, async () => {
    for (const [suite, folder, least] of [
      [reportNegationSuite(), 'negex_gold', 0.95],
      [reportFindingsSuite(sha256), 'openi_reports', 0.8],
    ] as const) {
      const { report, html } = await judge(suite, folder);
      const json: unknown = JSON.parse(JSON.stringify(printed(report)));
      expect(evaluationSchemas[report.suite as 'report-negation' | 'report-findings'].parse(json)).toEqual(json);
      expect(html).toMatch(/f1<\/th><td>[\d.]+<\/td><td>[\d.]+ to [\d.]+/);
      expect(html.match(/robustness\.[^<]+\.f1<\/th><td>[\d.]+/g)).toHaveLength(4);
      for (const { f1 } of Object.values(report.figures['robustness'] as Readonly<Record<string, { readonly f1: number }>>)) expect(f1).toBeGreaterThan(least);
    }
  });
});
