/** A browser without a screen: follows redirects of this origin, keeps cookies, and sends them back. */
export class CookieBrowser {
  readonly cookies = new Map<string, string>();
  readonly origin: string;
  /** Where it stops instead of asking: a page that nobody serves in the test. */
  readonly until: (path: string) => boolean;

  constructor(origin: string, until: (path: string) => boolean = (path) => path.startsWith('/patients/')) {
    this.origin = origin;
    this.until = until;
  }

  async open(path: string, init: RequestInit = {}): Promise<Response & { readonly steps: string[] }> {
    const steps: string[] = [];
    let at = new URL(path, this.origin);
    let now = init;
    for (let i = 0; i < 12; i += 1) {
      steps.push(at.pathname);
      const answer = await fetch(at, { ...now, redirect: 'manual', headers: { ...(now.headers as Record<string, string>), cookie: this.header(at) } });
      for (const line of answer.headers.getSetCookie()) this.keep(line, at);
      const to = answer.headers.get('location');
      if (answer.status < 300 || answer.status > 399 || to === null) return Object.assign(answer, { steps });
      at = new URL(to, at);
      if (this.until(at.pathname)) return Object.assign(answer, { steps: [...steps, at.pathname] });
      now = {};
    }
    throw new Error('too many redirects');
  }

  /** The cookies for this address: of its host and port, for cookies of two servers on one machine must not mix here. */
  header(at = new URL(this.origin)): string {
    const mine = `${at.host}|`;
    return [...this.cookies].flatMap(([key, value]) => (key.startsWith(mine) ? [`${key.slice(mine.length)}=${value}`] : [])).join('; ');
  }

  cookie(name: string): string | undefined {
    return this.cookies.get(`${new URL(this.origin).host}|${name}`);
  }

  private keep(line: string, at: URL): void {
    const [pair = '', ...attributes] = line.split(/;\s*/);
    const [name = '', ...value] = pair.split('=');
    const key = `${at.host}|${name}`;
    if (attributes.some((one) => /^max-age=0$/i.test(one) || /^expires=Thu, 01[ -]Jan[ -]1970/i.test(one))) this.cookies.delete(key);
    else this.cookies.set(key, value.join('='));
  }
}

/** What a page of this origin posts. */
export const form = (body: Record<string, string>): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
  body: new URLSearchParams(body).toString(),
});

/** Where the form of a page goes. */
export function actionOf(html: string): string {
  return (/action="([^"]+)"/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&');
}

/** Signs a demo user in at the demo identity: password, and the code that its page shows when it asks for one. */
export async function signIn(browser: CookieBrowser, user = 'nurse', from = '/auth/login?returnTo=%2Fpatients%2F1') {
  const page = await browser.open(from);
  const html = await page.text();
  const asked = await (html.includes('name="code"') ? browser.open(`${actionOf(html)}?login=${user}`).then((again) => again.text()) : html);
  const code = /<code id="code">(\d{6})<\/code>/.exec(asked)?.[1];
  const done = await browser.open(actionOf(html), form({ username: user, password: 'concord-demo', ...(code === undefined ? {} : { code }) }));
  return { page, html, done };
}
