// Entry of the suites on Node 24; test.mjs has installed and built. `node infra/start/run-suites.mjs unit e2e` runs these two.
import { NAMED, PROJECTS, runSuites } from './suites.mjs';

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => ![...PROJECTS, ...NAMED].includes(name));
if (unknown.length > 0) {
  console.error(`no suite is called ${unknown.join(', ')}; there are ${[...PROJECTS, ...NAMED].join(', ')}`);
  process.exit(2);
}
process.exit(await runSuites(asked.length > 0 ? { projects: asked } : {}));
