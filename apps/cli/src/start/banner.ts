import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Settings } from '../config.ts';

const people = z.object({
  users: z.array(
    z.object({
      username: z.string(),
      firstName: z.string().optional(),
      lastName: z.string().optional(),
      credentials: z.array(z.object({ type: z.string(), value: z.string().optional() })),
    }),
  ),
});

/** Of open sets the parts are real and the patients are not; saying "synthetic" of them would be wrong. */
function whoTheyAre({ demoData }: Settings): string {
  return demoData === undefined ? 'All patients are synthetic.' : 'Every patient is assembled from parts of different people of open sets: none exists.';
}

/** What a person reads when everything runs: the address, who can sign in, and what this is not. */
export async function banner(settings: Settings, seconds: number): Promise<string> {
  const { users } = people.parse(JSON.parse(await readFile(join(settings.root, 'infra/keycloak/concord-users-0.json'), 'utf8')));
  const width = Math.max(...users.map(({ username }) => username.length));
  const logins = users.map(({ username, firstName = '', lastName = '', credentials }) => {
    return `  ${username.padEnd(width)}  password ${credentials.find(({ type }) => type === 'password')?.value ?? ''}  ${`${firstName} ${lastName}`.trim()}`;
  });
  return [
    '',
    `Concord is ready: ${settings.publicUrl}  (after ${seconds.toFixed(0)} s)`,
    '',
    'Demo logins:',
    ...logins,
    '',
    `Logs and data: ${settings.dataDir}`,
    `Research software, not a medical device. ${whoTheyAre(settings)}`,
    'Ctrl-C stops everything.',
  ].join('\n');
}
