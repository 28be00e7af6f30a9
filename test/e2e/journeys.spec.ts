import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../running-system.ts';
import { Bench, browserReason, expectAccessible, fillSignIn, keysListen, WIDTHS } from './browser.ts';
import { admit, sendImage, sendReport, sendSteadyVitals, sendWorseVitals } from './doors.ts';
import { findPatient, hasReasons } from './wards.ts';

const skip = browserReason('product');
/** From a door to the screen. */
const ON_SCREEN_MS = 10_000;
/** Until the worker has read the films of the demonstration. */
const QUEUED_MS = 60_000;

describe.skipIf(skip !== undefined)(`a day on the wards${skip === undefined ? '' : ` (${skip})`}`, () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.start();
  }, 300_000);
  afterAll(async () => {
    await bench.close();
  }, 60_000);

  const rows = (page: Page) => page.locator('table.list tbody tr[data-patient]');

  it('a physician signs in and sees who needs someone first, with the order in words', async () => {
    const page = await bench.signIn('physician');
    expect(await rows(page).count()).toBeGreaterThanOrEqual(24);
    expect(await page.locator('.order').innerText()).toContain('NEWS2');
    const bounds = await page.locator('table.list .n2 b').allInnerTexts();
    const lower = bounds.map((text) => Number(text.replace(/\D/g, '') || 0));
    expect(lower).toEqual([...lower].sort((a, b) => b - a));
    expect(await page.getByTestId('who-now').innerText()).toMatch(/need(s)? someone now|Nobody needs someone now/);
    await page.context().close();
  });

  it('follows a score to its sentence, its region and its minutes', async () => {
    const page = await bench.signIn('physician');
    await openScored(bench, page, ['report-span', 'image-region', 'signal-window']);
    const reasons = page.locator('.why button.reason[aria-pressed]');
    const seen = new Set<string>();
    for (let at = 0; at < (await reasons.count()); at += 1) seen.add(await expectLinked(page, at));
    expect([...seen]).toEqual(expect.arrayContaining(['Vitals', 'Report', 'Image']));
    await page.context().close();
  });

  it('a nurse sees her ward alone, and another ward’s patient is nobody', async () => {
    const nurse = await bench.signIn('nurse');
    expect(await nurse.locator('h1').innerText()).toBe('Ward A');
    const physician = await bench.signIn('physician');
    await physician.goto(`${bench.url}/?ward=ward-b`);
    const elsewhere = await rows(physician).first().getAttribute('data-patient');
    const own = await rows(nurse).first().getAttribute('data-patient');
    const denied = await nurse.goto(`${bench.url}/patients/${elsewhere ?? ''}`);
    expect(denied?.status()).toBe(404);
    expect(await nurse.locator('#main').innerText()).toContain('Nothing here that you can open');
    const absent = await nurse.goto(`${bench.url}/patients/00000000-0000-4000-8000-00000000dead`);
    expect(absent?.status()).toBe(404);
    expect((await nurse.goto(`${bench.url}/patients/${own ?? ''}`))?.status()).toBe(200);
    await Promise.all([nurse.context().close(), physician.context().close()]);
  });

  it('what comes through the doors is on the screen within ten seconds, with a changed score', async () => {
    const patient = await admit(bench.url, bench.dataDir);
    await sendSteadyVitals(patient);
    const page = await bench.signIn('physician');
    await page.goto(`${bench.url}/patients/${patient.id}`);
    const chance = () => page.locator('.facts summary').first().innerText();
    await page.getByTestId('chance').waitFor({ timeout: 30_000 });
    const before = await chance();
    await sendWorseVitals(patient);
    await sendReport(patient);
    await sendImage(patient);
    await expect.poll(() => page.getByTestId('report').innerText(), { timeout: ON_SCREEN_MS }).toContain('opacity');
    await expect.poll(chance, { timeout: ON_SCREEN_MS }).not.toBe(before);
    await expect.poll(() => page.locator('.film img').count(), { timeout: ON_SCREEN_MS }).toBe(1);
    await expect.poll(() => page.locator('.film img').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
    await page.context().close();
  });

  it('is worked with the keyboard alone: row, patient, reason, cursor, back to the same row', async () => {
    const page = await bench.signIn('physician');
    await keysListen(page);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const name = await page.locator('table.list a.name:focus').innerText();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/patients\//);
    expect(await page.locator('.banner h1').innerText()).toBe(name);
    await keysListen(page);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Shift+ArrowLeft');
    await expect.poll(() => page.getByTestId('cursor').count()).toBe(1);
    await page.keyboard.press('+');
    await expect.poll(() => page.locator('#h-time').innerText()).toContain('12 hours');
    await page.keyboard.press('?');
    expect(await page.locator('dialog[open]').innerText()).toContain('Keys on this page');
    await page.keyboard.press('Escape');
    await page.keyboard.press('u');
    await page.waitForURL((url) => url.pathname === '/');
    await expect.poll(() => page.locator('table.list a.name:focus').innerText()).toBe(name);
    await page.context().close();
  });

  it('a patient without a score is told apart, says why, and keeps NEWS2', async () => {
    const page = await bench.signIn('physician');
    await rows(page).filter({ hasText: 'No score' }).first().getByRole('link').click();
    await page.waitForURL(/\/patients\//);
    const score = await page.getByTestId('score').innerText();
    expect(score).toContain('No score');
    expect(score).toContain('NEWS2 now');
    expect(score).not.toMatch(/^\d+\s*%$/m);
    await page.context().close();
  });

  it('the privacy officer finds who opened a patient, and takes it out as NDJSON', async () => {
    const physician = await bench.signIn('physician');
    const id = (await rows(physician).first().getAttribute('data-patient')) ?? '';
    await physician.goto(`${bench.url}/patients/${id}`);
    await physician.context().close();
    const page = await bench.signIn('privacy');
    await page.waitForURL(/who-saw-what/);
    await page.getByLabel('Patient (opaque id)').fill(id);
    await page.getByLabel('User').fill('physician');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForURL(/patient=/);
    await expect.poll(() => page.getByRole('table', { name: 'Events, newest first' }).innerText()).toContain('physician');
    const link = await page.getByRole('link', { name: /NDJSON/ }).getAttribute('href');
    const file = await page.request.get(`${bench.url}${link ?? ''}`);
    const first = JSON.parse((await file.text()).split('\n')[0] ?? '{}') as { readonly resourceType?: string };
    expect(first.resourceType).toBe('AuditEvent');
    await expectAccessible(page);
    await page.context().close();
  });

  it('the privacy officer takes a signed export out of the page, and it holds without this server', async () => {
    const page = await bench.signIn('privacy');
    const proof = page.getByRole('complementary', { name: 'Proof of this answer' });
    expect(await proof.innerText()).toMatch(/Signed head over [\d,]+ events/);
    expect(await proof.innerText()).toContain('Countersigned by the witness');
    await proof.getByRole('button', { name: 'Export, signed' }).click();
    const save = proof.getByRole('link', { name: /Save it/ });
    await save.waitFor({ timeout: 30_000 });
    const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
    const folder = mkdtempSync(join(tmpdir(), 'concord-officer-'));
    execFileSync('tar', ['-xf', await download.path(), '-C', folder]);
    const unpacked = join(folder, download.suggestedFilename().replace(/\.tar$/, ''));
    const verify = [
      join(ROOT, 'apps/cli/bin/concord-audit-verify.mjs'),
      unpacked,
      '--key',
      join(bench.dataDir ?? process.env['CONCORD_DATA_DIR'] ?? '', 'audit/pubkeys.json'),
    ];
    expect(execFileSync(process.execPath, verify, { encoding: 'utf8' })).toContain('valid');
    rmSync(folder, { recursive: true });
    await expectAccessible(page);
    await page.context().close();
  });

  it('each role has a first page that it may see, and no other', async () => {
    for (const [login, words] of [
      ['integrator', 'Sending data'],
      ['steward', 'Checked at this site'],
      ['patient', 'Your record'],
      ['radiologist', 'Order:'],
    ] as const) {
      const page = await bench.signIn(login);
      expect(await page.locator('#main').innerText(), login).toContain(words);
      await expectAccessible(page);
      await page.context().close();
    }
  });

  it('a radiologist finds the patient whose report and film contradict each other, looks at both, and says once how it ended', async () => {
    const page = await bench.signIn('radiologist');
    const row = page.locator('.second-look > li', { has: page.locator('button:enabled'), hasText: 'No pleural effusion' }).first();
    await expect.poll(() => page.goto(`${bench.url}/second-look`).then(() => row.count()), { timeout: QUEUED_MS, interval: 2_000 }).toBe(1);
    expect(await page.locator('.second-look > li').count()).toBe(1);
    const said = await row.locator('.findings').innerText();
    // The film's side is told to be a reading of a drawn film, beside the sentence that denies it.
    expect(said).toMatch(/\d+ % on the drawn film/);
    const href = (await row.locator('h2 a').getAttribute('href')) ?? '';
    await expectAccessible(page);
    await page.goto(`${bench.url}${href}`);
    expect(await page.getByTestId('findings').innerText()).toMatch(/on the drawn film/);
    await page.goto(`${bench.url}/second-look`);
    await row.getByRole('button', { name: /film/i }).first().click();
    await page.locator(`.second-look > li:has(a[href="${href}"])`, { hasText: 'Closed' }).waitFor();
    await page.goto(`${bench.url}${href}`);
    expect(await page.getByTestId('findings').innerText()).toContain('Second look:');
    await page.context().close();
  });

  it('signing out ends the session: the list is gone, the way leads to the sign-in', async () => {
    const page = await bench.signIn('nurse');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForLoadState();
    const answer = await page.request.get(`${bench.url}/api/v1/worklist`);
    expect(answer.status()).toBe(401);
    await page.goto(`${bench.url}/`);
    await fillSignIn(page, 'nurse');
    expect(await rows(page).count()).toBeGreaterThan(0);
    await page.context().close();
  });

  it.each(WIDTHS)('worklist and patient page have no violation at $width pixels', async (size) => {
    const page = await bench.signIn('physician', size);
    await expectAccessible(page);
    await openScored(bench, page, ['signal-window']);
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(size.width);
    await page.context().close();
  });

  it('the browser had nothing to complain about: no script refused, no error', () => {
    expect(bench.complaints).toEqual([]);
  });
});

/** Opens the first patient whose 24-hour score has reasons of all these kinds. */
async function openScored(bench: Bench, page: Page, kinds: readonly string[]): Promise<void> {
  const id = await findPatient(page, bench.url, (found) => hasReasons(found, kinds));
  expect(id, `a patient with ${kinds.join(', ')}`).toBeDefined();
  await page.goto(`${bench.url}/patients/${id ?? ''}`);
  await page.locator('.why li').first().waitFor();
}

const PLACE = { Vitals: '.time .win.on', Report: '.report mark.on', Image: '.regions .on' } as const;

/** Selects a reason and finds it where it points. @returns the source in which a place was found, or nothing. */
async function expectLinked(page: Page, at: number): Promise<string> {
  await keysListen(page);
  const reason = page.locator('.why button.reason[aria-pressed]').nth(at);
  await reason.click();
  const line = page.locator('.why li.on');
  await line.waitFor();
  const word = (await line.locator('.vh').innerText()) as keyof typeof PLACE;
  const placed = !(await line.innerText()).includes('no one place');
  if (placed) await expect.poll(() => page.locator(PLACE[word]).count(), { message: word }).toBeGreaterThan(0);
  await page.keyboard.press('Escape');
  return placed ? word : '';
}
