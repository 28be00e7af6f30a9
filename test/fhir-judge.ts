import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Folder that `infra/fhir-validator/fetch.mjs` made; the validator is fetched through Maven and needs Java, so a clone alone has none. */
const home = process.env['CONCORD_FHIR_VALIDATOR'] ?? '';
export const judgeReason =
  home === '' ? 'CONCORD_FHIR_VALIDATOR is not set: needs Java and Maven, export CONCORD_FHIR_VALIDATOR=$(node infra/fhir-validator/fetch.mjs)' : undefined;

export interface Finding {
  /** Place of the resource in the list that was judged. */
  readonly at: number;
  readonly severity: string;
  readonly where: string;
  readonly message: string;
}

/**
 * What HAPI FHIR's validator finds in R4 resources: base definitions, required bindings, invariants; offline, in one JVM.
 * Profiles it does not know are only noted as such.
 */
export async function judge(resources: readonly unknown[]): Promise<readonly Finding[]> {
  const child = spawn('java', ['-Xmx600m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', `${home}:${join(home, 'lib/*')}`, 'Validate'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  child.stdin.end(resources.map((resource) => `${JSON.stringify(resource)}\n`).join(''));
  const code = await ended;
  const lines = said.split('\n').slice(0, -1);
  if (code !== 0 || lines.at(-1) !== `${resources.length}\tread`) throw new Error(`the validator ended with ${String(code)} after ${lines.length} lines`);
  return lines.slice(0, -1).map((line) => {
    const [at = '', severity = '', where = '', ...message] = line.split('\t');
    return { at: Number(at) - 1, severity, where, message: message.join(' ') };
  });
}
