import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserReason, expectAccessible, keysListen, PageBench, WIDTHS } from './browser.ts';
import { serveStandIn, type RunningStandIn } from './stand-in/serve.ts';
import { idOf } from './stand-in/patients.ts';

const skip = browserReason('pages');

/** The built pages in front of answers in the shape of the contracts: states that a running system cannot be asked to show. */
describe.skipIf(skip !== undefined)(`each state of the screen${skip === undefined ? '' : ` (${skip})`}`, () => {
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

  const hallberg = `/patients/${idOf('A-07')}`;
  const at = async (path: string): Promise<Page> => {
    const page = await bench.visitor();
    await page.goto(`${standIn.url}${path}`);
    return page;
  };
  const text = (page: Page) => page.locator('#main').innerText();

  it.each([
    ['worklist', '/'],
    ['scored patient', hallberg],
    ['patient without a score', `/patients/${idOf('A-03')}`],
    ['patient whose vitals are too old', `/patients/${idOf('A-05')}`],
    ['patient without report and image', `/patients/${idOf('A-02')}`],
    ['patient asked at hour 48 and not later', `/patients/${idOf('A-11')}`],
    ['patient whose other questions were not checked on this ward', `/patients/${idOf('A-08')}`],
    ['nothing to open', '/patients/nobody'],
    ['sign-in', '/sign-in'],
  ])('%s: no violation, no wider than the window, and says what it is not', async (_name, path) => {
    for (const size of WIDTHS) {
      const page = await bench.visitor(size);
      await page.goto(`${standIn.url}${path}`);
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(size.width);
      expect(await page.locator('footer').innerText()).toContain('Research software, not a medical device');
      await page.context().close();
    }
  });

  it('says beside a region how far covering it moves the risk, and how far elsewhere', async () => {
    const page = await at(hallberg);
    expect(await page.getByTestId('verified-regions').innerText()).toContain(
      'Covering it lowers the risk by 1.8 points; a region of its size elsewhere moves it by 0.1.',
    );
  });

  it('shows fourteen patients without scrolling at 1440 by 900', async () => {
    const page = await at('/');
    const last = await page.locator('table.list tbody tr').nth(13).boundingBox();
    expect((last?.y ?? 9_999) + (last?.height ?? 0)).toBeLessThanOrEqual(900);
  });

  it('a reason is marked in all three views by the same number', async () => {
    const page = await at(hallberg);
    await keysListen(page);
    await page.keyboard.press('4');
    await expect.poll(() => page.locator('.why li.on .tag').innerText()).toBe('4');
    expect(await page.locator('.report mark.on').innerText()).toBe('New patchy airspace opacity in the right lower zone.');
    expect(await page.locator('.time .ring').count()).toBe(1);
    await page.keyboard.press('3');
    await expect.poll(() => page.locator('.regions .on text').innerHTML()).toBe('3');
    await page.keyboard.press('2');
    await expect.poll(() => page.locator('.time .win.on').count()).toBe(1);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.why li.on').count()).toBe(0);
  });

  it('the Why bars end at the sum that the model stored', async () => {
    const page = await at(hallberg);
    expect(await page.locator('.why .sum').innerText()).toContain('−0.80');
  });

  it('the reasons of another question stand under Why, tied to the same axis, and decline keeps its place', async () => {
    const page = await at(hallberg);
    await keysListen(page);
    await page.keyboard.press('q');
    await page.getByRole('heading', { name: 'Why: Sepsis within 6 h' }).waitFor();
    expect(await page.locator('.why').innerText()).toContain('Lactate rising');
    expect(await page.locator('.time .win').count()).toBeGreaterThan(0);
    expect(await page.getByTestId('chance').innerText()).toContain('34');
    expect(await page.getByRole('button', { name: 'Why: Sepsis within 6 h' }).getAttribute('aria-pressed')).toBe('true');
    await page.getByText('How it was tested').first().click();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Back to decline' }).click();
    await page.getByRole('heading', { name: 'Why', exact: true }).waitFor();
  });

  it.each([
    ['A-07', 'sepsis-6h', /2\s*%\s*Raised/, /Interval below 1 to 5\s*%.*\n.*vitals 1\s*min.*labs.*Transferred/s],
    ['A-02', 'sepsis-6h', /7\s*%\s*High/, /labs, withheld, not used/],
    ['A-09', 'sepsis-6h', /<\s*1\s*%\s*Usual/, /labs, too old, not used/],
    ['A-03', 'sepsis-6h', /No score/, /Made for the first 48 hours.*Last score 3\s*%.*22\s*h ago: it does not know anything newer/s],
    ['A-05', 'sepsis-6h', /No score/, /Vitals too old/],
    ['A-14', 'sepsis-6h', /No score/, /Vitals may not be used/],
    ['A-11', 'hospital-mortality', /No score/, /Asked at hour 48 of intensive care, not later.*52\s*%/s],
    ['A-08', 'sepsis-6h', /No score/, /not checked on this ward/],
  ])('%s %s: the answer, or why there is none, and what it was made from', async (bed, task, answer, rest) => {
    const question = (await at(`/patients/${idOf(bed)}`)).getByTestId(`question-${task}`);
    expect(await question.locator('.ans').innerText()).toMatch(answer);
    expect(await question.innerText()).toMatch(rest);
  });

  it('a report that fails leaves the rest of the page, with a reference', async () => {
    standIn.state.failing = 'reports';
    const page = await at(hallberg);
    expect(await text(page)).toContain('The report could not be shown');
    expect(await text(page)).toContain('9c2m71qe');
    expect(await page.getByTestId('chance').innerText()).toContain('34');
    standIn.state.failing = 'nothing';
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => text(page)).toContain('New patchy airspace opacity');
  });

  it('a server that stops answering leaves what is known, with its age', async () => {
    const page = await at('/');
    standIn.state.failing = 'all';
    await expect.poll(() => text(page), { timeout: 15_000 }).toContain('Shown as of');
    expect(await text(page)).toContain('Hallberg, Ines');
    expect(await text(page)).toContain('Not live');
    standIn.state.failing = 'nothing';
    await page.getByRole('button', { name: 'Try now' }).click();
    await expect.poll(() => text(page)).not.toContain('Shown as of');
    bench.complaints.length = 0;
  });

  it('an empty ward says so and offers a way out', async () => {
    standIn.state.empty = true;
    const page = await at('/?ward=ward-b');
    expect(await text(page)).toContain('No patients in Ward B');
    standIn.state.empty = false;
  });

  it('rows wait before they move: a new order is offered, not taken', async () => {
    const page = await at('/');
    const first = () => page.locator('table.list tbody tr').first().innerText();
    const before = await first();
    standIn.state.reversed = true;
    const button = page.getByRole('button', { name: /moved, show/ });
    await button.waitFor({ timeout: 15_000 });
    expect((await first()).split('\n')[0]).toBe(before.split('\n')[0]);
    await button.click();
    await expect.poll(first).toContain('A-08');
    standIn.state.reversed = false;
  });

  it('opening a patient that takes long shows the shape of a page and no number', async () => {
    standIn.state.delayMs = 1_500;
    const page = await at('/');
    // Asked inside the page: Playwright itself waits for the navigation that is just what takes long.
    const veil = await page.evaluate(async () => {
      document.querySelector<HTMLAnchorElement>('a.name')?.click();
      await new Promise((resolve) => setTimeout(resolve, 900));
      return document.querySelector('.veil')?.textContent ?? null;
    });
    expect(veil).toContain('Loading the patient');
    expect(veil).not.toMatch(/\d/);
    standIn.state.delayMs = 0;
    await page.waitForURL(/patients/);
  });

  it('the page for nobody and for somebody else is the same to the byte, but for its nonce', async () => {
    const read = async (id: string) => {
      const answer = await fetch(`${standIn.url}/patients/${id}`, { headers: { accept: 'text/html' } });
      const body = await answer.text();
      return { status: answer.status, body: body.replaceAll(/nonce[^a-z]{1,6}[\w+/]{22}==/gi, '').replaceAll(id, 'ID') };
    };
    const [denied, absent] = [await read('00000000-0000-4000-9000-000000000071'), await read('00000000-0000-4000-9000-000000000072')];
    expect(denied.status).toBe(404);
    expect(denied).toEqual(absent);
  });

  it('caches nothing, frames nowhere, and runs no script that it did not write', async () => {
    const answer = await fetch(`${standIn.url}${hallberg}`, { headers: { accept: 'text/html' } });
    expect(answer.headers.get('cache-control')).toContain('no-store');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/script-src 'self' 'nonce-[^']+' 'strict-dynamic'/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe/);
  });

  it('the browser had nothing to complain about', () => {
    expect(bench.complaints).toEqual([]);
  });
});
