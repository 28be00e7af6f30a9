import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setUpRealm } from '../setup/realm.ts';
import { keepWebSecret } from '../setup/web-secret.ts';
import { EXIT, readArgs, UsageError, type ExitCode, type Io, type Verb } from '../verb.ts';

/** Brings the realm up at a site's Keycloak, and prints the settings that Concord needs for it. */
export const setup: Verb = {
  usage: `setup keycloak --url URL --admin-password-file FILE [--admin NAME] [--realm NAME] [--integrator-key FILE]
  --url             the Keycloak server, https://id.example
  --integrator-key  public keys of the site's feed (a JWK set); may be given later, by running this again
  CONCORD_PUBLIC_URL says where browsers reach Concord. The realm holds no people: they come from the site.`,
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values, positionals } = readArgs(args, {
      url: { type: 'string' },
      admin: { type: 'string', default: 'admin' },
      'admin-password-file': { type: 'string' },
      realm: { type: 'string', default: 'concord' },
      'integrator-key': { type: 'string' },
    });
    const { url, 'admin-password-file': passwordFile, 'integrator-key': keyFile, realm, admin } = values;
    if (positionals.join(' ') !== 'keycloak' || url === undefined || passwordFile === undefined)
      throw new UsageError('Say: setup keycloak --url URL --admin-password-file FILE.');
    const { secret, file } = await keepWebSecret(io.settings.dataDir);
    const done = await setUpRealm({
      server: url.replace(/\/$/, ''),
      admin: { name: admin, password: (await readFile(passwordFile, 'utf8')).trim() },
      realm,
      publicUrl: io.settings.publicUrl,
      webSecret: secret,
      shape: await readFile(join(io.settings.root, 'infra/keycloak/concord-realm.json'), 'utf8'),
      integratorKeys: keyFile === undefined ? undefined : await readFile(keyFile, 'utf8'),
    });
    const settings = { KEYCLOAK_URL: done.issuer, CONCORD_WEB_CLIENT_SECRET_FILE: file, CONCORD_PUBLIC_URL: io.settings.publicUrl };
    io.err(done.made ? `The realm ${realm} was made.` : `The realm ${realm} was there: its web client and the feed's keys were set.`);
    if (values.json) io.out(JSON.stringify(settings));
    else for (const [name, value] of Object.entries(settings)) io.out(`${name}=${value}`);
    return EXIT.done;
  },
};
