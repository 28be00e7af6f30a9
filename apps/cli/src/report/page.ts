import type { BundleManifest } from '@concord/governance/models';
import type { SuiteDetail } from '@concord/pipeline/evaluate';
import type { HeadFigures } from './head-section.ts';
import { headSection } from './head-section.ts';
import type { FigureTree } from './key-figures.ts';
import { STYLE } from './style.ts';
import { table } from './table.ts';
import { escaped, plain, range } from './words.ts';

/** One suite as it was judged, as it lies beside the page. */
export interface StoredSuite {
  readonly suite: string;
  readonly title: string;
  readonly split: string;
  readonly printed: FigureTree;
  readonly detail?: SuiteDetail;
}

/** One page per bundle: every suite that was judged into the folder. No script, no request, no patient. */
export function page(bundle: Pick<BundleManifest, 'id' | 'title' | 'intendedUse'>, suites: readonly StoredSuite[]): string {
  // What patients are asked about comes first; what stands beside a score follows.
  const ordered = [...suites].sort((a, b) => Number(b.detail !== undefined) - Number(a.detail !== undefined));
  const list = ordered.flatMap(({ suite, title, detail }) =>
    (detail?.heads ?? [{ task: `suite-${suite}`, title }]).map((one) => `<li><a href="#${one.task}">${escaped(one.title)}</a></li>`),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(bundle.title)}: report</title><style>${STYLE}</style></head>
<body><header><p class="quiet">Research software, not a medical device. Bundle ${escaped(bundle.id)}.</p><h1>${escaped(bundle.title)}</h1><p>${escaped(bundle.intendedUse)}</p>
<nav aria-label="Suites"><ul>${list.join('')}</ul></nav></header>
<main>${ordered.map(suiteSection).join('\n')}</main>
<footer><p class="quiet">Intervals are 95 % over whole patients. A group of fewer than ten patients shows no figure. Written by concord evaluate --report; the same figures lie beside this page as JSON.</p></footer></body></html>
`;
}

function suiteSection({ suite, title, split, printed, detail }: StoredSuite): string {
  const heads = (detail?.heads ?? []).map((head) => headSection(head, figuresOf(printed, head.task), split));
  // A suite whose question is one of several findings shows the others below it.
  if (heads.length > 0 && printed['perFinding'] === undefined) return heads.join('\n');
  const rest = `<section id="suite-${suite}" aria-labelledby="name-${suite}"><h2 id="name-${suite}">${escaped(title)}</h2><p class="quiet">${escaped(split)}. ${plain(Number(printed['n'] ?? 0))} rows.</p>${flat(suite, printed)}</section>`;
  return [...heads, rest].join('\n');
}

/** Figures of one question: of a horizon or of a finding where a suite has several, of the suite otherwise. */
function figuresOf(printed: FigureTree, task: string): HeadFigures {
  const horizon = /-(\d+h)$/.exec(task)?.[1] ?? '';
  const ofHorizon = (printed['horizons'] as FigureTree | undefined)?.[horizon] as FigureTree | undefined;
  const ofFinding = printed[task] as FigureTree | undefined;
  const own = ofHorizon ?? (ofFinding && { ...ofFinding, nPatients: printed['nPatients'] });
  const prefix = own === undefined ? '' : ofHorizon === undefined ? `${task}.` : `horizons.${horizon}.`;
  const ci = Object.entries((printed['ci'] ?? {}) as Readonly<Record<string, readonly [number, number]>>);
  return {
    figures: own ?? printed,
    ci: Object.fromEntries(ci.filter(([path]) => path.startsWith(prefix)).map(([path, interval]) => [path.slice(prefix.length), interval])),
  };
}

/** A suite without curves: every figure by its path. */
function flat(suite: string, printed: FigureTree): string {
  const ci = (printed['ci'] ?? {}) as Readonly<Record<string, readonly [number, number]>>;
  const walk = (tree: FigureTree, path: string): readonly (readonly string[])[] =>
    Object.entries(tree).flatMap(([name, value]) => {
      const at = `${path}${name}`;
      if (typeof value === 'number') return [[at, plain(value, 4), range(ci[at], (one) => one.toFixed(4))]];
      return typeof value === 'object' && value !== null && name !== 'ci' ? walk(value as FigureTree, `${at}.`) : [];
    });
  return table({ caption: `${suite}: figures`, head: ['Figure', 'Value', '95 % interval'], rows: walk(printed, '') });
}
