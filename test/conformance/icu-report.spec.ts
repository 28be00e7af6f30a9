import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { diedInHospital, hourlyRecords, mortalityRecords } from '@concord/pipeline/evaluate';
import { HORIZONS_HOURS, indexHours } from '@concord/tasks/physiological-decline';
import { sepsisHours } from '@concord/tasks/sepsis-onset';
import { LANDMARK_HOURS } from '@concord/tasks/hospital-mortality';
import { zipMembers } from '../../apps/cli/src/evaluate/zip-members.ts';

const data = new URL('../../../shared/data/', import.meta.url);
const predictions = new URL('../../apps/lab/predictions/', import.meta.url);
type Task = 'decline' | 'sepsis' | 'mortality';
/** How members become one logit: as `apps/lab/icu_blend.py` says, written down a second time so that a slip there is seen here. */
const BLENDS: Readonly<Record<Task, (of: (name: string) => readonly number[]) => readonly number[]>> = {
  decline: (of) => {
    const [six = 0, twelve = 0, day = 0] = mixed(of('trees'), of('network'), 0.4);
    const longer = Math.max(six, twelve);
    return [six, longer, Math.max(longer, 0.3 * six + 0.2 * twelve + 0.5 * day)];
  },
  sepsis: (of) => mixed(mixed(of('trees'), of('network'), 0.1), of('whole'), 0.5),
  mortality: (of) => mixed(of('trees'), of('network'), 0.5),
};

function mixed(one: readonly number[], other: readonly number[], share: number): readonly number[] {
  return one.map((value, k) => (1 - share) * value + share * (other[k] ?? Number.NaN));
}

type Labels = Readonly<Record<string, readonly (boolean | undefined)[]>>;

interface Report {
  readonly heads: Readonly<Record<string, { readonly events: number; readonly figures: Readonly<Record<string, { readonly auroc: number }>> }>>;
}

/** One member of an `.npz` as numbers, row-major: float16, int32 or float64. */
function column(task: Task, name: string): ArrayLike<number> {
  const file = zipMembers(readFileSync(new URL(`icu-${task}.npz`, predictions)))?.get(`${name}.npy`)?.bytes;
  if (file === undefined) throw new Error(`icu-${task}.npz holds no ${name}`);
  const start = 10 + new DataView(file.buffer, file.byteOffset).getUint16(8, true);
  const type = /'descr': '(<[fi]\d)'/.exec(Buffer.from(file.subarray(0, start)).toString('latin1'))?.[1];
  const body = Uint8Array.from(file.subarray(start)).buffer;
  if (type === '<i4') return new Int32Array(body);
  if (type === '<f8') return new Float64Array(body);
  if (type === '<f2') return Float32Array.from(new Uint16Array(body), halfOf);
  throw new Error(`${name} is of another type`);
}

/** Source: IEEE 754 binary16. */
function halfOf(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Weighted AUROC; ties count half. */
function auroc(rows: readonly { readonly score: number; readonly label: boolean; readonly weight: number }[]): number {
  if (rows.some(({ score }) => Number.isNaN(score))) throw new Error('a score is not a number');
  const sorted = rows.toSorted((a, b) => a.score - b.score);
  let [wins, below, events, others] = [0, 0, 0, 0];
  for (let at = 0; at < sorted.length;) {
    let [up, down] = [0, 0];
    const { score } = sorted[at]!;
    for (; at < sorted.length && sorted[at]!.score === score; at += 1) {
      if (sorted[at]!.label) up += sorted[at]!.weight;
      else down += sorted[at]!.weight;
    }
    wins += up * (below + down / 2);
    [below, events, others] = [below + down, events + up, others + down];
  }
  return wins / (events * others);
}

/** Labels of every row of the tables, by the code that serves and evaluates: undefined where the hour is not asked. */
function labels2019(): Labels {
  const csv = gunzipSync(readFileSync(new URL('physionet2019_sepsis/vitals_hourly.csv.gz', data))).toString('utf8');
  const [sepsis, decline] = [[] as (boolean | undefined)[], HORIZONS_HOURS.map(() => [] as (boolean | undefined)[])];
  for (const { sepsis: labels, firstIcuHour, hours } of hourlyRecords(csv)) {
    const begin = sepsis.length;
    for (const column of [sepsis, ...decline]) column.push(...labels.map(() => undefined));
    const icuHours = labels.map((_, row) => firstIcuHour + row);
    for (const { row, label } of sepsisHours({ icuHours, labels })) sepsis[begin + row] = label;
    HORIZONS_HOURS.forEach((horizon, place) => {
      for (const { row, label } of indexHours(hours, horizon)) decline[place]![begin + row] = label;
    });
  }
  return { 'sepsis-6h': sepsis, ...Object.fromEntries(HORIZONS_HOURS.map((horizon, place) => [`decline-${String(horizon)}h`, decline[place]!])) };
}

/** Asked at hour 48, the only hour that is served. */
function labels2012(): Labels {
  const died = ['a', 'b'].flatMap((set) => {
    const folder = new URL('physionet2012_icu_mortality/', data);
    const outcomes = diedInHospital(readFileSync(new URL(`outcomes_set_${set}.csv`, folder), 'utf8'));
    const events = gunzipSync(readFileSync(new URL(`events_set_${set}.csv.gz`, folder))).toString('utf8');
    return [...mortalityRecords(events)].flatMap(({ recordId }) => LANDMARK_HOURS.map((hour) => (hour === 48 ? outcomes.get(recordId) === true : undefined)));
  });
  return { 'hospital-mortality': died };
}

const absent = !existsSync(data) && process.env['CONCORD_STRICT'] !== '1';

describe.skipIf(absent)('icu-report.json: figures from stored logits (skipped where the labelled folders are absent)', () => {
  const report = JSON.parse(readFileSync(new URL('icu-report.json', predictions), 'utf8')) as Report;

  const heads = { sepsis: ['sepsis-6h'], decline: ['decline-6h', 'decline-12h', 'decline-24h'], mortality: ['hospital-mortality'] } as const;
  let labels: Labels = {};
  beforeAll(() => {
    labels = { ...labels2019(), ...labels2012() };
  });

  it.each(['sepsis', 'decline', 'mortality'] as const)(
    '%s: ensemble and plain boosting rank as they are said to, with labels made anew by the code that serves',
    (task) => {
      const rows = column(task, 'rows');
      const others = column(task, 'othersWeight')[0] ?? Number.NaN;
      const columns = new Map(['trees', 'network', 'boosting', ...(task === 'sepsis' ? ['whole'] : [])].map((name) => [name, column(task, name)]));
      const own = heads[task];
      const asked = Array.from(rows, (row, at) => {
        const of = (name: string): readonly number[] => own.map((_, k) => columns.get(name)?.[at * own.length + k] ?? Number.NaN);
        return { row, weight: own.some((head) => labels[head]?.[row] === true) ? 1 : others, ensemble: BLENDS[task](of), boosting: of('boosting') };
      });
      own.forEach((head, k) => {
        const judged = asked.flatMap(({ row, ...one }) => {
          const label = labels[head]?.[row];
          return label === undefined ? [] : [{ ...one, label }];
        });
        const told = report.heads[head]!;
        expect(judged.filter(({ label }) => label)).toHaveLength(told.events);
        for (const name of ['ensemble', 'boosting'] as const) {
          const area = auroc(judged.map((one) => ({ ...one, score: one[name][k] ?? Number.NaN })));
          expect(Math.abs(area - told.figures[name]!.auroc), `${head} ${name}`).toBeLessThan(2e-4);
        }
      });
    },
  );
});
