import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PatientPage } from '@concord/contracts';
import type { Page } from 'playwright-core';
import { ROOT } from '../running-system.ts';
import { Bench, WIDTHS } from './browser.ts';
import { findPatient, hasReasons } from './wards.ts';

/**
 * Takes the pictures of docs/screenshots from a running product, at both widths:
 * `CONCORD_E2E_URL=http://localhost:3000 node --conditions=@concord/source test/e2e/screenshots.ts`
 */
const FOLDER = join(ROOT, 'docs/screenshots');
/** Time for a font, a chart and a picture to be painted. */
const SETTLE_MS = 900;

async function shoot(page: Page, name: string, fullPage = false): Promise<void> {
  // What sticks to the top would stand in the middle of a whole page that is scrolled.
  if (fullPage)
    await page.evaluate(() => {
      window.scrollTo(0, 0);
    });
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({ path: fileOf(page, name), fullPage });
}

function fileOf(page: Page, name: string): string {
  return join(FOLDER, `${name}-${String(page.viewportSize()?.width)}.png`);
}

async function patients(page: Page, url: string): Promise<Readonly<Record<string, string | undefined>>> {
  const abstains = (found: PatientPage, reason: string) => found.assessments.some((one) => one.reason === reason);
  const isAbsent = (found: PatientPage, modality: string) => found.inputs.some((input) => input.modality === modality && input.state === 'absent');
  const all = ['report-span', 'image-region', 'signal-window'];
  return {
    patient: await findPatient(page, url, (found) => hasReasons(found, all) && found.assessments.some((one) => one.tier !== 'usual')),
    abstained: await findPatient(page, url, (found) => abstains(found, 'outside-population')),
    contrary: await findPatient(page, url, (found) => found.concordance?.findings.some(({ verdict }) => verdict === 'disagree') ?? false),
    stale: await findPatient(page, url, (found) => abstains(found, 'stale-inputs')),
    missing: await findPatient(
      page,
      url,
      (found) => hasReasons(found, ['signal-window']) && isAbsent(found, 'chest-imaging') && isAbsent(found, 'radiology-report'),
    ),
  };
}

async function statesOf(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/patients/00000000-0000-4000-8000-00000000dead`);
  await shoot(page, 'forbidden');
  await page.goto(`${url}/`);
  await page.keyboard.press('?');
  await shoot(page, 'keys');
  await page.goto(`${url}/?ward=ward-a`);
  await page.context().setOffline(true);
  await page.getByText('No connection').waitFor({ timeout: 20_000 });
  await shoot(page, 'offline');
  await page.context().setOffline(false);
}

/** A film that does not come, and a page that takes long: asked for by holding the answer back. */
async function brokenOf(page: Page, url: string, id: string): Promise<void> {
  await page.route('**/rendered', (route) => route.fulfill({ status: 503 }));
  await page.goto(`${url}/patients/${id}`);
  await page.getByText('could not be shown').waitFor();
  await shoot(page, 'failed', true);
  await page.unrouteAll();
  await page.goto(`${url}/`);
  await page.route('**/patients/**', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await route.continue();
  });
  await page.evaluate(async () => {
    document.querySelector<HTMLAnchorElement>('a.name')?.click();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  });
  // Playwright's own picture waits for the navigation that is just what takes long.
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send('Page.captureScreenshot', { format: 'png' });
  writeFileSync(fileOf(page, 'loading'), Buffer.from(data, 'base64'));
  await page.unrouteAll({ behavior: 'ignoreErrors' });
}

async function clinical(bench: Bench, size: (typeof WIDTHS)[number]): Promise<void> {
  const page = await bench.visitor(size);
  await page.goto(`${bench.url}/sign-in`);
  await shoot(page, 'sign-in');
  await page.context().close();
  const inside = await bench.signIn('physician', size);
  await shoot(inside, 'worklist');
  const found = await patients(inside, bench.url);
  for (const [name, id] of Object.entries(found)) {
    if (id === undefined) throw new Error(`no patient on the wards shows the state: ${name}`);
    await inside.goto(`${bench.url}/patients/${id}`);
    if (name === 'patient') {
      await inside.locator('.why li', { hasText: '“' }).first().getByRole('button').click();
    }
    await shoot(inside, name, true);
  }
  await statesOf(inside, bench.url);
  await brokenOf(inside, bench.url, found['patient'] ?? '');
  await inside.context().close();
}

/** Pages of those who treat nobody, as each finds them after signing in. */
const OFFICES = [
  ['radiologist', '/second-look', 'second-look'],
  ['privacy', '/', 'audit'],
  ['steward', '/models', 'models'],
  ['administrator', '/administration', 'administration'],
  ['patient', '/', 'own-record'],
  ['patient', '/your-choices', 'choices'],
  ['privacy', '/reviews', 'reviews'],
  ['physician', '/break-glass', 'break-glass'],
  ['radiologist', '/second-look', 'second-look'],
] as const;

mkdirSync(FOLDER, { recursive: true });
const bench = await Bench.start();
try {
  for (const size of WIDTHS) {
    await clinical(bench, size);
    for (const [login, path, name] of OFFICES) {
      const page = await bench.signIn(login, size);
      await page.goto(`${bench.url}${path}`);
      await page.locator('main').waitFor();
      await shoot(page, name);
      await page.context().close();
    }
  }
} finally {
  await bench.close();
}
