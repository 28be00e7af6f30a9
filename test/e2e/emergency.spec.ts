import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, browserReason, expectAccessible, WIDTHS } from './browser.ts';
import { admit, type Admitted } from './doors.ts';

const skip = browserReason('product');
const REASON = 'Found collapsed in the corridor, needs her allergies.';

describe.skipIf(skip !== undefined)(`looking past the usual relations${skip === undefined ? '' : ` (${skip})`}`, () => {
  let bench: Bench;
  let patient: Admitted;
  beforeAll(async () => {
    // The fifth is who signs in as `patient`.
    bench = await Bench.start({ CONCORD_DEMO_PATIENTS: '5' });
    patient = await admit(bench.url, bench.dataDir, 'ward-b');
  }, 300_000);
  afterAll(async () => {
    await bench.close();
  }, 60_000);

  it('a nurse finds the patient, says why, proves who she is beside it, and her words are still there', async () => {
    const page = await bench.signIn('nurse');
    expect((await page.goto(`${bench.url}/patients/${patient.id}`))?.status()).toBe(404);
    await page.goto(`${bench.url}/break-glass`);
    await page.getByLabel('Record number, exactly').fill(patient.recordNumber);
    await page.getByLabel('Birth date').fill('1958-03-09');
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByText('There is such a patient').waitFor();
    await page.getByLabel('Reason').selectOption('safety-concern');
    await page.getByLabel(/In your own words/).fill(REASON);
    await page.getByRole('button', { name: 'Open for one hour' }).click();
    await confirmIn(page);
    expect(await page.getByLabel(/In your own words/).inputValue()).toBe(REASON);
    expect(await page.getByLabel('Reason').inputValue()).toBe('safety-concern');
    await page.getByRole('button', { name: 'Open for one hour' }).click();
    await page.waitForURL(`**/patients/${patient.id}`);
    expect(await page.locator('.banner h1').innerText()).toContain('Doorway');
    // Back on the page of emergencies she is led to the record as long as it is open.
    await page.goto(`${bench.url}/break-glass`);
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Open the record' }).click();
    await page.waitForURL(`**/patients/${patient.id}`);
    await page.context().close();
  });

  it('the officer is told on every page, sees the reason, and closes the review', async () => {
    const page = await bench.signIn('privacy');
    await page.getByRole('link', { name: 'Emergency reviews 1 to review' }).click();
    await page.waitForURL('**/reviews');
    expect(await page.locator('#main').innerText()).toContain(REASON);
    await expectAccessible(page);
    await page.getByLabel(/What you found/).fill('Spoke with the ward: a real emergency.');
    await page.getByRole('button', { name: 'Close' }).click();
    await page
      .getByText(/^justified, privacy/)
      .first()
      .waitFor();
    await expect.poll(() => page.getByRole('navigation', { name: 'Main' }).innerText()).not.toContain('to review');
    await page.goto(`${bench.url}/reach?patient=${patient.id}`);
    expect(await page.locator('#main').innerText()).toMatch(/emergency access[\s\S]*lies in their ward/);
    await page.context().close();
  });

  it('a person sees where they are signed in and ends the other session, whose browser is out at once', async () => {
    const [here, there] = [await bench.signIn('radiologist'), await bench.signIn('radiologist')];
    await here.getByRole('link', { name: 'My sessions' }).click();
    await here.waitForURL('**/sessions');
    await here.getByText('This one: sign out above').waitFor();
    await expectAccessible(here);
    const others = here.getByRole('button', { name: /^End the session of/ });
    for (let left = await others.count(); left > 0; left -= 1) {
      await others.first().click();
      await expect.poll(() => others.count()).toBe(left - 1);
    }
    expect(await there.evaluate(async () => (await fetch('/api/v1/session')).status)).toBe(401);
    expect(await here.evaluate(async () => (await fetch('/api/v1/session')).status)).toBe(200);
    await Promise.all([here.context().close(), there.context().close()]);
  });

  it('an administrator adds a ward, a person and a source, and never their own', async () => {
    for (const viewport of WIDTHS) {
      const page = await bench.signIn('administrator', viewport);
      await page.waitForURL('**/administration');
      await expectAccessible(page);
      await page.goto(`${bench.url}/reach?patient=${patient.id}`);
      await page.getByRole('button', { name: 'Save team' }).waitFor();
      await expectAccessible(page);
      await page.context().close();
    }
    const page = await bench.signIn('administrator');
    // Another one each time: the product may be one that runs for longer than this test.
    const mark = String(Date.now() % 100_000);
    const ward = page.getByRole('form', { name: 'Add a ward' });
    await ward.getByLabel('Id (as in Location/…)').fill(`ward-${mark}`);
    await ward.getByLabel('Name').fill(`Ward ${mark}`);
    await ward.getByRole('button', { name: 'Save ward' }).click();
    await page.getByRole('columnheader', { name: `Ward ${mark}` }).waitFor();
    const staff = page.getByRole('form', { name: 'Add a person' });
    await staff.getByLabel('Subject at the identity provider').fill(`somebody-${mark}`);
    await staff.getByLabel('Login').fill(`newcomer-${mark}`);
    await staff.getByLabel('Name').fill(`Comer ${mark}`);
    await staff.getByRole('button', { name: 'Save person' }).click();
    await page.getByRole('rowheader', { name: `Comer ${mark} no ward` }).waitFor();
    await page.getByLabel(`newcomer-${mark} in Ward ${mark}`).click();
    await expect.poll(() => page.getByRole('rowheader', { name: `Comer ${mark}` }).innerText()).toBe(`Comer ${mark}`);
    await page.context().close();
  });

  it('a patient pauses a device, which stands there as paused, and reads who looked and why they were allowed', async () => {
    const page = await bench.signIn('patient');
    await page.goto(`${bench.url}/your-choices`);
    await expectAccessible(page);
    const pause = page.getByRole('button', { name: /^Pause / }).first();
    const device = (await pause.innerText()).replace('Pause ', '');
    await pause.click();
    await page.getByText(`${device} is paused.`).waitFor();
    await page.getByRole('button', { name: `Resume ${device}` }).waitFor();
    await page.getByRole('button', { name: `Resume ${device}` }).click();
    await page.getByText(`${device} collects again.`).waitFor();
    await page.getByRole('link', { name: /^Everybody who looked at your record/ }).click();
    await page.waitForURL('**/access-report**');
    expect(await page.locator('body').innerText()).toMatch(/patient[\s\S]*own record/i);
    await page.context().close();
  });

  it('and no browser complained', () => {
    expect(bench.complaints.filter((line) => !line.includes('401'))).toEqual([]);
  });
});

/** Follows the link to the second factor in its own tab, with the code that the demo's page shows. */
async function confirmIn(page: Page): Promise<void> {
  const [tab] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: /second factor/ }).click()]);
  await tab.waitForLoadState();
  const action = (await tab.locator('form').first().getAttribute('action')) ?? '';
  await tab.goto(new URL(`${action}?login=nurse`, tab.url()).href);
  await tab.getByLabel('User name').fill('nurse');
  await tab.getByLabel('Password').fill('concord-demo');
  await tab.getByLabel('Code of your device').fill(await tab.locator('#code').innerText());
  await Promise.all([tab.waitForURL('**/break-glass/confirmed'), tab.getByRole('button', { name: /Sign in|Confirm/ }).click()]);
  expect(await tab.locator('h1').innerText()).toContain('five minutes');
  await tab.close();
}
