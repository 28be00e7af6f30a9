import type { ModalityKind } from '@concord/core/clinical';
import { invariant } from '@concord/core/kernel';
import type { BundleManifest, CalibrationEntry, ReferenceToken } from '@concord/governance/models';
import type { Tokens } from '@concord/stages/encoding';
import { fuseViews, type Logits } from '@concord/stages/fusion';
import { scoreTable, seenBy } from '@concord/stages/tabular';
import { calibrated } from './score.ts';
import { scorerOf, type Table } from './table.ts';
import { unavailable, type ViewParts, type ViewSources } from './view.ts';

/**
 * What the score would be with a source of each reference patient of the bundle; undefined where it holds nobody to ask.
 * @param kind the source that is not there. @param next the calibration that would answer if it were.
 */
export type Expecter = (kind: ModalityKind, next: CalibrationEntry) => Promise<readonly number[] | undefined>;

/** Asks once for all horizons: they come from the same rows. */
export function expecter(sources: ViewSources, parts: ViewParts): Expecter {
  const seen = new Map<string, Promise<readonly Logits[] | undefined>>();
  return async (kind, next) => {
    const key = `${kind}/${next.scorer ?? ''}/${next.pattern.join()}`;
    const known = seen.get(key) ?? logitsWith(kind, next, { sources, parts }).catch(unavailable);
    seen.set(key, known);
    return (await known)?.map((logits) => calibrated(logits, next, parts.bundle).probability);
  };
}

interface Asked {
  readonly sources: ViewSources;
  readonly parts: ViewParts;
}

async function logitsWith(
  kind: ModalityKind,
  { pattern, scorer }: CalibrationEntry,
  { sources, parts: { bundle, runner } }: Asked,
): Promise<readonly Logits[] | undefined> {
  const reference = bundle.reference?.find(({ modality }) => modality === kind);
  if (scorer !== undefined) {
    const own = scorerOf(bundle, scorer);
    const table = sources.table(own);
    const rows = reference?.rows?.map((row) => seenBy(withRow(table, kind, row), { modalities: pattern }, table.layout));
    return rows === undefined ? undefined : scoreTable(rows, { scorer: own, layout: table.layout }, runner);
  }
  const others = reference?.tokens?.patients.map((patient) => tokensOf(patient, kind, bundle));
  if (others === undefined) return undefined;
  const own = await sources.tokens();
  return fuseViews(
    others.map((other) => ({ tokens: new Map([...own, [kind, [other]]]), coalition: { modalities: pattern } })),
    bundle.fusion,
    runner,
  );
}

/** The patient's row with the columns of one source as another patient has them. */
function withRow({ layout, values }: Table, kind: ModalityKind, row: Readonly<Record<string, number>>): Float32Array {
  return values.map((value, place) => (layout.modality[place] === kind ? (row[layout.names[place] ?? ''] ?? Number.NaN) : value));
}

function tokensOf(patient: readonly ReferenceToken[], kind: ModalityKind, { fusion }: BundleManifest): Tokens {
  const range = fusion.layout.find(({ modality }) => modality === kind);
  invariant(range !== undefined, 'a reference of tokens has a place in the head');
  const tokens = { data: new Float32Array(range.tokens * fusion.width), mask: new Uint8Array(range.tokens), ageHours: new Float32Array(range.tokens) };
  for (const { place, ageHours, data } of patient) {
    tokens.data.set(data, place * fusion.width);
    tokens.mask[place] = 1;
    tokens.ageHours[place] = ageHours;
  }
  return tokens;
}
