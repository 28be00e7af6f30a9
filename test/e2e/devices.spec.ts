import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserReason, expectAccessible, PageBench, WIDTHS } from './browser.ts';
import { BED_OF_DEVICES } from './stand-in/devices.ts';
import { idOf } from './stand-in/patients.ts';
import { serveStandIn, type RunningStandIn } from './stand-in/serve.ts';

const skip = browserReason('pages');

/** The built pages in front of answers in the shape of the contracts; what the server makes of a click is in `test/integration/device-ends.spec.ts`. */
describe.skipIf(skip !== undefined)(`what the screen says of devices and of the queue${skip === undefined ? '' : ` (${skip})`}`, () => {
  let standIn: RunningStandIn;
  let bench: PageBench;
  beforeAll(async () => {
    standIn = await serveStandIn();
    bench = await PageBench.open(standIn.url);
  });
  afterAll(async () => {
    await bench.close();
    await standIn.stop();
  });

  const patient = `/patients/${idOf(BED_OF_DEVICES)}`;
  const at = async (path: string): Promise<Page> => {
    const page = await bench.visitor();
    await page.goto(`${standIn.url}${path}`);
    return page;
  };

  it.each([
    ['the patient’s page', patient],
    ['the readings that wait', '/held-readings'],
    ['the second look', '/second-look'],
  ])('%s: no violation, no wider than the window', async (_name, path) => {
    for (const size of WIDTHS) {
      const page = await bench.visitor(size);
      await page.goto(`${standIn.url}${path}`);
      await page.locator('#main').waitFor();
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(size.width);
      await page.context().close();
    }
  });

  it('two devices that contradict each other stand with both numbers, the one that counts, and a mark that is not colour alone', async () => {
    const page = await at(patient);
    const signs = page.getByRole('list', { name: 'Signs that two devices measure' });
    const [contrary, agreeing] = [signs.locator('li.v-disagree'), signs.locator('li.v-agree')];
    expect(await contrary.innerText()).toMatch(/SpO2\s*two devices contradict each other/);
    expect(await contrary.innerText()).toContain('monitor-7: 97%, the newest, which counts as the value now; watch-2: 84%');
    expect(await contrary.locator('svg').isVisible()).toBe(true);
    expect(await agreeing.innerText()).toMatch(/Heart rate\s*two devices agree/);
    expect(await agreeing.innerText()).not.toContain('90');
  });

  it('a monitor is said to be off its patient and put back by a click, and the page says by whose word', async () => {
    const page = await at(patient);
    const devices = page.getByTestId('devices');
    await devices.getByRole('group', { name: 'Whom monitor-7 is on' }).getByRole('button', { name: 'Not on this patient' }).click();
    await expect.poll(() => devices.innerText()).toMatch(/monitor-7 is not on this patient since .*, says physician/);
    await devices.getByRole('button', { name: 'It is on this patient again' }).click();
    await expect.poll(() => devices.innerText()).not.toContain('says physician');
  });

  it('a device that is not sure to speak for this patient is said at the top, beside the score', async () => {
    const page = await at(patient);
    expect(await page.locator('.across').innerText()).toContain('It is not sure whose all readings of pump-3 are.');
  });

  it('readings that wait are counted without their numbers, and settled by a click', async () => {
    const page = await at('/held-readings');
    const row = page.locator('.held > li').first();
    expect(await row.innerText()).toMatch(/3 readings of pump-3, \d\d:\d\d to \d\d:\d\d/);
    await row.getByRole('button', { name: 'They are not' }).click();
    await expect.poll(() => row.innerText()).toContain('Recorded: they are never scored.');
  });

  it('the queue says how often it is wrong, on what that was counted, and where to count again', async () => {
    const page = await at('/second-look');
    const said = await page.getByTestId('queue-figures').innerText();
    expect(said).toContain('2 of 800 films were set against the report of the same chest (false alarms, 0.3 %)');
    expect(said).toContain('No ward was measured.');
    expect(said).toContain('concord bench agreement, seeds 31, 32, 23');
  });

  it('the browser had nothing to complain about', () => {
    expect(bench.complaints).toEqual([]);
  });
});
