import { seededRng } from '@concord/core/kernel';
import { edgeOver } from '../access-world.ts';
import { absences } from '../matrix/absences.ts';
import type { RunningEdge } from '../edge.ts';
import { testStores, type TestStores } from '../stores.ts';
import { randomQuestion, type Question } from './questions.ts';
import { change, makeSouls, pick, type Rng, type Site, type Soul } from './souls.ts';

export interface Plan {
  readonly seed: number;
  readonly cases: number;
  readonly worlds: number;
  readonly patients: number;
  /** Questions between two changes of a world. */
  readonly perRound: number;
  readonly progress?: (cases: number, wrong: number) => void;
  /** Breaks something of a world before it is asked, to see that it is noticed. */
  readonly spoil?: (stores: TestStores) => Promise<void>;
}

export interface Outcome {
  readonly cases: number;
  readonly changes: number;
  readonly wrong: readonly string[];
}

const AT_ONCE = 8;
const CHANGES_A_ROUND = 4;

/** Random worlds on the real edge and database; after every few hundred questions something happens in them. */
export async function askRandomly(plan: Plan): Promise<Outcome> {
  const total = { cases: 0, changes: 0, wrong: [] as string[] };
  const share = Math.ceil(plan.cases / plan.worlds);
  for (let n = 0; n < plan.worlds; n += 1) {
    const stores = await testStores();
    const edge = await edgeOver(stores.api);
    const rng = seededRng(`permission ${plan.seed} ${n}`);
    try {
      await askInWorld({ stores, edge }, { rng, share, plan, total });
    } finally {
      await edge.close();
      await stores.close();
    }
  }
  return total;
}

interface Asking {
  readonly rng: Rng;
  readonly share: number;
  readonly plan: Plan;
  readonly total: { cases: number; changes: number; readonly wrong: string[] };
}

async function askInWorld(site: Site, { rng, share, plan, total }: Asking): Promise<void> {
  const souls = await makeSouls(site, rng, plan.patients);
  const absent = await absences(site.edge);
  await plan.spoil?.(site.stores);
  for (let asked = 0; asked < share; asked += plan.perRound) {
    const questions = Array.from({ length: Math.min(plan.perRound, share - asked) }, () => randomQuestion({ rng, souls, absent }));
    total.wrong.push(...(await answers(site.edge, questions)));
    total.cases += questions.length;
    plan.progress?.(total.cases, total.wrong.length);
    total.changes += await changes(site, rng, souls);
  }
}

async function answers(edge: RunningEdge, questions: readonly Question[]): Promise<readonly string[]> {
  const queue = [...questions];
  const wrong: string[] = [];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) wrong.push(...(await next(edge)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return wrong;
}

async function changes(site: Site, rng: Rng, souls: readonly Soul[]): Promise<number> {
  for (let n = 0; n < CHANGES_A_ROUND; n += 1) await change(site, rng, pick(rng, souls));
  return CHANGES_A_ROUND;
}
