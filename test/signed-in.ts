/** A browser without a screen: follows redirects of one origin, keeps cookies, fills in the realm's form. */
export class CookieJar {
  private readonly cookies = new Map<string, string>();
  private readonly seen = new Map<string, string>();
  private readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;
  }

  /** The last value that was set, also when it was taken back since. */
  cookie(name: string): string | undefined {
    return this.seen.get(name);
  }

  async open(path: string, init: RequestInit = {}): Promise<Response> {
    let at = new URL(path, this.origin);
    let now = init;
    for (let steps = 0; steps < 12; steps += 1) {
      const headers = { ...(now.headers as Record<string, string>), cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
      const answer = await fetch(at, { ...now, redirect: 'manual', headers });
      for (const line of answer.headers.getSetCookie()) this.keep(line);
      const to = answer.headers.get('location');
      if (answer.status < 300 || answer.status > 399 || to === null) return answer;
      at = new URL(to, at);
      now = {};
    }
    throw new Error('too many redirects');
  }

  private keep(line: string): void {
    const [pair = '', ...attributes] = line.split(/;\s*/);
    const [name = '', ...value] = pair.split('=');
    if (attributes.some((one) => /^max-age=0$/i.test(one) || /^expires=Thu, 01 Jan 1970/i.test(one))) this.cookies.delete(name);
    else {
      this.cookies.set(name, value.join('='));
      this.seen.set(name, value.join('='));
    }
  }
}

/** Signs a demo user in as a browser does. */
export async function signIn(origin: string, user: string): Promise<CookieJar> {
  const jar = new CookieJar(origin);
  const page = await jar.open('/auth/login?returnTo=%2Fhealthz');
  const action = /action="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  await jar.open(action, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ username: user, password: 'concord-demo' }).toString(),
  });
  return jar;
}
