import {
  BOOTSTRAP_DRAWS,
  printed,
  type Figure,
  type Figures,
  type Interval,
  type SuiteError,
  type SuiteProgress,
  type SuiteReport,
} from '@concord/pipeline/evaluate';
import { SUITES, type SuiteEntry } from '../evaluate/entries.ts';
import { folderFiles, isFolder } from '../evaluate/folder-files.ts';
import { writeReport } from '../report/write-report.ts';
import { EXIT, readArgs, UsageError, type ExitCode, type Io, type Verb } from '../verb.ts';

const OPTIONS = {
  list: { type: 'boolean', default: false },
  data: { type: 'string' },
  split: { type: 'string' },
  report: { type: 'string' },
  seed: { type: 'string', default: '1' },
} as const;

/** How often the person hears how far it is. */
const PROGRESS_EVERY_MS = 2_000;

/** Judges the shipped pipeline and models on a labelled folder. Needs no server. */
export const evaluate: Verb = {
  usage: [
    'evaluate SUITE --data DIR [--split validation] [--seed N]   figures of one suite, each with its 95 % interval',
    '… --report OUT                                              keeps them in OUT and writes the page of the bundle there, with curves and groups',
    'evaluate --list                                             the suites, and the files each reads',
  ].join('\n'),
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values, positionals } = readArgs(args, OPTIONS);
    if (values.list) return list(values.json, io);
    const entry = entryNamed(positionals);
    const { data, seed, split, json, report } = values;
    if (data !== undefined && !(await isFolder(data))) return complain(io, `There is no folder ${data}.`);
    if (data === undefined && entry.reads.length > 0) throw new UsageError(`${entry.name} reads a folder: --data DIR (${entry.reads.join(', ')}).`);
    return judge({ entry, data: data ?? '.', seed: seedFrom(seed), json, ...splitFrom(split), ...(report === undefined ? {} : { report }) }, io);
  },
};

function entryNamed([name, ...rest]: readonly string[]): SuiteEntry {
  if (name === undefined || rest.length > 0) throw new UsageError('Say which suite: evaluate SUITE --data DIR, or --list.');
  const entry = SUITES.find((suite) => suite.name === name);
  if (entry === undefined) throw new UsageError(`There is no suite "${name}". Known: ${SUITES.map((suite) => suite.name).join(', ')}.`);
  return entry;
}

function seedFrom(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError('--seed is a whole number.');
  return Number(text);
}

function splitFrom(split: string | undefined): { readonly split?: 'validation' } {
  if (split === undefined) return {};
  if (split !== 'validation') throw new UsageError('--split knows only "validation".');
  return { split };
}

interface Wish {
  readonly entry: SuiteEntry;
  readonly data: string;
  readonly split?: 'validation';
  readonly seed: number;
  readonly json: boolean;
  /** Folder of the report page. */
  readonly report?: string;
}

async function judge({ entry, data, split, seed, json, report }: Wish, io: Io): Promise<ExitCode> {
  const suite = await entry.load(io.settings);
  const detail = report === undefined ? {} : { detail: true as const };
  const judged = await suite.run({
    files: folderFiles(data),
    seed,
    draws: BOOTSTRAP_DRAWS,
    progress: spoken(io),
    ...(split === undefined ? {} : { split }),
    ...detail,
  });
  if (!judged.ok) return refused(judged.error, data, io);
  if (report !== undefined) {
    const models = { models: io.settings.modelsDir, data: io.settings.dataDir };
    const rows = split === undefined ? 'Every row of the folder, training patients among them' : "Patients that the bundle's own split set aside";
    const { page, suites } = await writeReport(judged.value, { folder: report, title: entry.title, split: rows, models });
    io.err(`${page}: the page of ${judged.value.bundle}, ${suites === 1 ? 'one suite' : `${suites} suites`}`);
  }
  if (json) io.out(JSON.stringify(printed(judged.value)));
  else for (const line of readable(judged.value)) io.out(line);
  return EXIT.done;
}

function list(json: boolean, io: Io): ExitCode {
  if (json) io.out(JSON.stringify(SUITES.map(({ name, title, reads }) => ({ suite: name, title, reads }))));
  else for (const { name, title, reads } of SUITES) io.out(`${name.padEnd(24)}${title}\n${' '.repeat(24)}reads ${reads.join(', ') || 'nothing'}`);
  return EXIT.done;
}

function refused(error: SuiteError, data: string, io: Io): ExitCode {
  switch (error.kind) {
    case 'missing-file':
      return complain(io, `There is no ${error.name} in ${data}.`);
    case 'unreadable':
      io.err(`concord: ${error.name}, line ${error.line}: ${error.reason}.`);
      return EXIT.failed;
    case 'unsupported':
      return complain(io, `${error.reason}.`);
  }
}

function complain(io: Io, sentence: string): ExitCode {
  io.err(`concord: ${sentence}`);
  return EXIT.usage;
}

/** One line every two seconds at most. */
function spoken(io: Io): (progress: SuiteProgress) => void {
  let last = performance.now();
  return ({ step, done, total }) => {
    if (performance.now() - last < PROGRESS_EVERY_MS) return;
    last = performance.now();
    io.err(`${step}: ${done} of ${total}`);
  };
}

function readable({ figures, ...head }: SuiteReport): readonly string[] {
  const patients = head.nPatients > 0 ? `, ${head.nPatients} patients` : '';
  return [`${head.suite}: ${head.n} rows${patients}, bundle ${head.bundle}`, ...lines(figures, '', head.ci)];
}

function lines(figures: Figures, path: string, ci: Readonly<Record<string, Interval>>): readonly string[] {
  return Object.entries(figures).flatMap(([name, value]) => linesOf(value, `${path}${name}`, ci));
}

function linesOf(value: Figure, path: string, ci: Readonly<Record<string, Interval>>): readonly string[] {
  if (typeof value === 'object' && value !== null) {
    return isList(value) ? value.flatMap((item, at) => linesOf(item, `${path}[${at}]`, ci)) : lines(value, `${path}.`, ci);
  }
  const [low, high] = ci[path] ?? [];
  const range = low === undefined || high === undefined || low === high ? '' : `   ${shown(low)} to ${shown(high)}`;
  return [`  ${path.padEnd(38)} ${typeof value === 'number' ? shown(value) : String(value)}${range}`];
}

function isList(value: Figures | readonly Figure[]): value is readonly Figure[] {
  return Array.isArray(value);
}

function shown(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 0.001 ? value.toFixed(4) : value.toExponential(1);
}
