// `npm run campaign NAME`: one of the long runs in test/campaign. Write the result into docs/assurance.md.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const folder = join(root, 'test/campaign');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.spec.ts'))
  .map((file) => file.replace('.spec.ts', ''));
const [name] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`campaign: say which one: ${names.join(', ')}`);
  process.exit(2);
}
const args = ['run', '--config', 'infra/quality/vitest.config.ts', '--project', 'campaign', `test/campaign/${name}.spec.ts`];
process.exit(spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], { cwd: root, stdio: 'inherit' }).status ?? 1);
