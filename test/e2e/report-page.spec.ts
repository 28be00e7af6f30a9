import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { BundleId } from '@concord/core/clinical';
import { page } from '../../apps/cli/src/report/page.ts';
import { SUITE } from '../report-suite.ts';
import { browserReason, CHROMIUM, WIDTHS } from './browser.ts';

const reason = browserReason('browser');

describe.skipIf(reason !== undefined)(`the report page of a bundle${reason === undefined ? '' : `: ${reason}`}`, () => {
  it('has no violation that axe can find, by day and by night, and is no wider than its window', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'report-'));
    writeFileSync(join(folder, 'report.html'), page({ id: 'concord-3' as BundleId, title: 'Decline', intendedUse: 'Research software.' }, [SUITE]));
    const browser = await chromium.launch({ ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }), args: ['--no-sandbox'] });
    try {
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const viewport of WIDTHS) {
          const shown = await (await browser.newContext({ viewport, colorScheme })).newPage();
          await shown.goto(`file://${folder}/report.html`);
          expect((await new AxeBuilder({ page: shown }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
          expect(await shown.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
        }
      }
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
