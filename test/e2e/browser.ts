import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { builtReason, ROOT, RunningSystem } from '../running-system.ts';

export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const pagesBuilt = existsSync(join(ROOT, 'apps/web/.next/BUILD_ID'));
const strict = process.env['CONCORD_STRICT'] === '1';

/**
 * Why a browser test cannot run here; said by name, and a failure where nothing may be skipped.
 * @param needs a browser alone, the built pages, or the whole product.
 */
export function browserReason(needs: 'browser' | 'pages' | 'product'): string | undefined {
  const found = [
    CHROMIUM === undefined ? 'no Chromium: apt-get install chromium' : undefined,
    needs === 'browser' || pagesBuilt ? undefined : 'the pages are not built: npm start builds them',
    needs === 'product' && process.env['CONCORD_E2E_URL'] === undefined ? builtReason : undefined,
  ].find((one) => one !== undefined);
  if (found !== undefined && strict) throw new Error(`skipped under CONCORD_STRICT=1: ${found}`);
  return found;
}

/** The widths that every page is looked at in. */
export const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
] as const;

interface RealmUser {
  readonly username: string;
  readonly credentials?: readonly { readonly value: string }[];
}

function passwordOf(login: string): string {
  const realm = JSON.parse(readFileSync(join(ROOT, 'infra/keycloak/concord-users-0.json'), 'utf8')) as { readonly users: readonly RealmUser[] };
  const password = realm.users.find((user) => user.username === login)?.credentials?.[0]?.value;
  if (password === undefined) throw new Error(`the realm has no password for ${login}`);
  return password;
}

/** A browser in front of pages. */
export class PageBench {
  readonly url: string;
  readonly #browser: Browser;
  /** What the browser complained about: nothing may. */
  readonly complaints: string[] = [];

  protected constructor(url: string, browser: Browser) {
    this.url = url;
    this.#browser = browser;
  }

  static async open(url: string): Promise<PageBench> {
    return new PageBench(url, await launch());
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  /** A fresh browser without a session. */
  async visitor(viewport: { readonly width: number; readonly height: number } = WIDTHS[0]): Promise<Page> {
    const context: BrowserContext = await this.#browser.newContext({ viewport, colorScheme: 'light', reducedMotion: 'reduce', locale: 'en-GB' });
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      // The browser itself reports an answer that is 404 or 503; showing those well is what such a page is for.
      if (message.type() === 'error' && !/status of (404|503)|^\[Report Only\]/.test(message.text())) this.complaints.push(`${page.url()}: ${message.text()}`);
    });
    return page;
  }
}

/** A product that runs, and a browser in front of it. */
export class Bench extends PageBench {
  readonly #system: RunningSystem | undefined;

  private constructor(url: string, browser: Browser, system: RunningSystem | undefined) {
    super(url, browser);
    this.#system = system;
  }

  /** Of the product that this bench started; undefined when another one was given. */
  get dataDir(): string | undefined {
    return this.#system?.dataDir;
  }

  /** Uses `CONCORD_E2E_URL` when it is given, else starts a product of its own with the demo patients. */
  static async start(env: NodeJS.ProcessEnv = { CONCORD_DEMO_PATIENTS: undefined }): Promise<Bench> {
    const given = process.env['CONCORD_E2E_URL'];
    const system = given === undefined ? await RunningSystem.create(env) : undefined;
    await system?.start();
    return new Bench((given ?? system?.url ?? '').replace(/\/$/, ''), await launch(), system);
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#system?.remove();
  }

  /** Signs in through the identity provider's own page, as a person does. */
  async signIn(login: string, viewport: { readonly width: number; readonly height: number } = WIDTHS[0]): Promise<Page> {
    const page = await this.visitor(viewport);
    await page.goto(`${this.url}/sign-in`);
    await fillSignIn(page, login);
    return page;
  }
}

function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox', '--lang=en-GB'] });
}

/** Until the page listens to its single keys: it can be read before. */
export async function keysListen(page: Page): Promise<void> {
  await page.locator('html[data-keys=on]').waitFor();
}

export async function fillSignIn(page: Page, login: string): Promise<void> {
  await page.getByRole('link', { name: 'Go to sign-in' }).click();
  await page.getByLabel('User name').fill(login);
  await page.getByLabel('Password').fill(passwordOf(login));
  await Promise.all([page.waitForURL((url) => !/\/(realms|auth)\//.test(url.pathname)), page.getByRole('button', { name: 'Sign in' }).click()]);
}

/** No violation that axe can find, named with the place. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`))).toEqual([]);
}
