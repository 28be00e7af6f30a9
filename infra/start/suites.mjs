// Runs every suite at smoke scale and counts. Called by test.mjs once the clone is installed and built.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
export const PROJECTS = ['unit', 'architecture', 'conformance', 'integration', 'e2e'];
/** Run only when they are named: they need more than the clone installs. */
export const NAMED = ['keycloak'];

/**
 * @param {{ projects?: readonly string[], env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>} exit code: 0 when nothing failed and, under CONCORD_STRICT=1, nothing was skipped
 */
export async function runSuites({ projects = PROJECTS, env = process.env } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'concord-results-'));
  const total = { passed: 0, failed: 0, skipped: 0 };
  try {
    // One at a time: the browser and the database each want both cores, and a timing under two suites measures neither.
    for (const project of projects) add(total, await runProject(project, join(folder, `${project}.json`), env));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const strict = env.CONCORD_STRICT === '1' && total.skipped > 0;
  if (strict) console.log(`CONCORD_STRICT=1: ${total.skipped} skipped count as failures`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed > 0 || strict || total.passed === 0 ? 1 : 0;
}

function add(total, result) {
  for (const key of Object.keys(total)) total[key] += result[key];
}

async function runProject(project, resultFile, env) {
  const began = Date.now();
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', 'infra/quality/vitest.config.ts', '--project', project, '--passWithNoTests'];
  const code = await spawned(process.execPath, [...args, '--reporter', 'dot', '--reporter', 'json', '--outputFile.json', resultFile], env);
  const result = counted(resultFile, code);
  for (const name of result.skippedNames) console.log(`skipped: ${name}`);
  console.log(`${project}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped (${((Date.now() - began) / 1000).toFixed(0)} s)`);
  return result;
}

/** A runner that died without a report, or failed outside a test, is one failure: it must never read as green. */
function counted(resultFile, code) {
  let report;
  try {
    report = JSON.parse(readFileSync(resultFile, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0, skippedNames: [] };
  }
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const failed = tests.filter(({ status }) => status === 'failed').length;
  const skipped = tests.filter(({ status }) => ['skipped', 'pending', 'todo', 'disabled'].includes(status));
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: skipped.length,
    skippedNames: skipped.map(({ fullName }) => fullName),
  };
}

function spawned(command, args, env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
}
