import { createHash } from 'node:crypto';
import { verifyBundle } from '../../apps/cli/bin/concord-audit-verify.mjs';
import { publicKeys, sampleBundle, sampleEvent, sampleLog, type SampleLog } from './sample-log.ts';
import { OPERATORS, type Operator } from './tamper.ts';

export interface TamperReport {
  readonly tampered: number;
  /** Named by operator and seed, so that each can be repeated. */
  readonly unseen: readonly string[];
  readonly misnamed: readonly string[];
  readonly byOperator: Readonly<Record<string, number>>;
}

/** Small, so that a hundred thousand attacks take minutes: three heads, chains of every length. Over 256 events it has two tiles. */
function attackedLog(size: number): SampleLog {
  const events = Array.from({ length: size }, (_, n) => sampleEvent(n, { patients: 12, actors: 4 }));
  return sampleLog(events, Math.ceil(size / 3));
}

/** Numbers that follow from a seed alone. */
function drawer(seed: string): (n: number) => number {
  let state = createHash('sha256').update(seed).digest();
  return (n) => {
    state = createHash('sha256').update(state).digest();
    return state.readUInt32BE() % n;
  };
}

export function runTampering(times: number, size: number): TamperReport {
  const operators = Object.entries(OPERATORS);
  const log = attackedLog(size);
  const clean = sampleBundle(log, { kind: 'log' });
  const [unseen, misnamed, byOperator]: [string[], string[], Record<string, number>] = [[], [], {}];
  for (let i = 0; i < times; i += 1) {
    const [name, operator] = operators[i % operators.length]!;
    byOperator[name] = (byOperator[name] ?? 0) + 1;
    const outcome = attack(operator, { log, clean, draw: drawer(`${name} ${i}`) });
    if (outcome === 'unseen') unseen.push(`${name} ${i}`);
    if (outcome === 'misnamed') misnamed.push(`${name} ${i}`);
  }
  return { tampered: times, unseen, misnamed, byOperator };
}

/** An export that cannot even be read is refused with exit code 2: seen, but then there is no index to name. */
function attack(operator: Operator, given: Parameters<Operator>[0]): 'named' | 'misnamed' | 'unseen' {
  const { files, first, exact, options } = operator(given);
  let bad;
  try {
    bad = verifyBundle(files, { keys: publicKeys, ...options }).firstBad;
  } catch {
    return first === undefined ? 'named' : 'misnamed';
  }
  if (bad === null) return 'unseen';
  if (first === undefined) return 'named';
  return exact ? namedIf(bad.index === first && bad.upTo === first) : namedIf(bad.index <= first && first <= bad.upTo);
}

const namedIf = (right: boolean): 'named' | 'misnamed' => (right ? 'named' : 'misnamed');

/** Clean bundles of whole logs, of patients and of people, of many sizes. @returns those in which something wrong was seen. */
export function runClean(times: number): readonly string[] {
  const wrong: string[] = [];
  for (let i = 0; i < times; i += 1) {
    const draw = drawer(`clean ${i}`);
    const events = Array.from({ length: 1 + draw(60) }, (_, n) => sampleEvent(i * 100 + n, { patients: 1 + draw(6), actors: 1 + draw(3) }));
    const bundle = sampleBundle(sampleLog(events, 1 + draw(40)), { kind: 'log' });
    if (verifyBundle(bundle, { keys: publicKeys }).verdict !== 'valid') wrong.push(`clean ${i}`);
  }
  return wrong;
}
