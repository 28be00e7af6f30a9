import { err, ok, type Result } from '@concord/core/kernel';
import type { BundleManifest, CalibrationEntry, ScorerEntry } from './manifest.ts';

export interface ManifestError {
  readonly kind: 'manifest-invalid';
  /** Place and expectation: `fusion.block: a SHA-256`. Never a value. */
  readonly problems: readonly string[];
}

type Check = (value: unknown, path: string) => readonly string[];

/**
 * Reads a `manifest.json`. A bundle that lacks anything a score depends on is refused whole: a missing model must stop the
 * start, not the first patient.
 */
export function readManifest(json: unknown): Result<BundleManifest, ManifestError> {
  const problems = [...manifest(json, 'manifest'), ...(isManifest(json) ? agreement(json) : [])];
  return problems.length === 0 && isManifest(json) ? ok(json) : err({ kind: 'manifest-invalid', problems });
}

function isManifest(json: unknown): json is BundleManifest {
  return manifest(json, 'manifest').length === 0;
}

const text: Check = (value, path) => (typeof value === 'string' && value.length > 0 ? [] : [`${path}: text`]);
const number: Check = (value, path) => (typeof value === 'number' && Number.isFinite(value) ? [] : [`${path}: a number`]);
const whole: Check = (value, path) => (Number.isInteger(value) && Number(value) >= 0 ? [] : [`${path}: a whole number`]);
const count: Check = (value, path) => (Number.isInteger(value) && Number(value) >= 1 ? [] : [`${path}: a whole number from 1`]);
const share: Check = (value, path) => (typeof value === 'number' && value >= 0 && value <= 1 ? [] : [`${path}: a share of one`]);
const sha256: Check = (value, path) => (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? [] : [`${path}: a SHA-256`]);
const flag: Check = (value, path) => (typeof value === 'boolean' ? [] : [`${path}: true or false`]);
const anything: Check = () => [];

function oneOf(allowed: readonly string[]): Check {
  return (value, path) => (typeof value === 'string' && allowed.includes(value) ? [] : [`${path}: one of ${allowed.join(', ')}`]);
}

function list(of: Check, length?: number): Check {
  return (value, path) => {
    if (!Array.isArray(value) || (length !== undefined && value.length !== length)) return [`${path}: a list${length === undefined ? '' : ` of ${length}`}`];
    return value.flatMap((item: unknown, index) => of(item, `${path}[${index}]`));
  };
}

function record(of: Check): Check {
  return (value, path) => (isObject(value) ? Object.entries(value).flatMap(([key, item]) => of(item, `${path}.${key}`)) : [`${path}: an object`]);
}

function object(fields: Readonly<Record<string, Check>>): Check {
  return (value, path) => (isObject(value) ? Object.entries(fields).flatMap(([key, check]) => check(value[key], `${path}.${key}`)) : [`${path}: an object`]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A part that a bundle may leave out. */
function optional(of: Check): Check {
  return (value, path) => (value === undefined ? [] : of(value, path));
}

const scorer = object({
  id: text,
  block: sha256,
  batch: whole,
  heads: list(text),
  modalities: list(text),
  columns: list(text),
  derived: list(object({ name: text, op: oneOf(['ratio', 'difference', 'sum', 'max']), of: list(text) })),
  cumulative: flag,
  usual: optional(record(number)),
  probe: list(list(number)),
});
const tensor = object({ name: text, shape: list(whole) });
const level = oneOf(['real-external', 'real-internal', 'transferred', 'assembled', 'synthetic']);
const calibration = object({
  scorer: optional(text),
  id: text,
  head: text,
  pattern: list(text),
  slope: number,
  intercept: number,
  covariance: list(number, 3),
  conformal: list(share, 2),
  evidenceLevel: object({ icu: level, ward: level }),
  patients: whole,
  events: whole,
});
const manifest = object({
  id: text,
  created: text,
  title: text,
  intendedUse: text,
  encoders: record(object({ block: sha256, input: tensor, output: tensor })),
  fusion: object({
    block: sha256,
    batch: whole,
    slots: whole,
    width: whole,
    layout: list(object({ modality: text, encoder: text, offset: whole, tokens: whole })),
    heads: list(text),
  }),
  findings: optional(
    list(
      object({
        modality: text,
        block: sha256,
        input: tensor,
        output: tensor,
        findings: list(object({ name: text, slope: number, intercept: number, present: share, absent: share, onDrawnFilms: flag })),
      }),
    ),
  ),
  views: optional(list(object({ modality: text, most: count }))),
  scorers: optional(list(scorer)),
  calibrations: list(calibration),
  landmarks: optional(list(calibration)),
  reference: optional(
    list(
      object({
        modality: text,
        tokens: optional(object({ block: sha256, patients: list(list(object({ place: whole, ageHours: number, data: list(number) }))) })),
        rows: optional(list(record(number))),
      }),
    ),
  ),
  thresholds: record(object({ raised: share, high: share })),
  preprocessing: record(text),
  driftReference: record(object({ mean: list(number), spread: list(number) })),
  probe: object({ seed: whole, tolerance: number, logits: list(list(number)) }),
  training: list(object({ name: text, licence: text, use: text })),
  metrics: list(object({ name: text, head: text, pattern: list(text), value: number, interval: anything, data: text })),
});

/** What must agree between the parts. */
function agreement(bundle: BundleManifest): readonly string[] {
  return [...encoderProblems(bundle), ...headProblems(bundle), ...findingProblems(bundle), ...referenceProblems(bundle)];
}

function encoderProblems({ encoders, fusion }: BundleManifest): readonly string[] {
  // A batch of one rounds differently from a larger one (measured); a stored score must come from a padded shape.
  const small = fusion.batch < 2 ? ['fusion.batch: at least 2'] : [];
  const places = fusion.layout.flatMap(({ encoder, offset, tokens }) => {
    const [batch = 0, ...token] = encoders[encoder]?.output.shape ?? [];
    const fits = batch >= 2 && token.join() === [tokens, fusion.width].join();
    return [
      ...(fits ? [] : [`encoders.${encoder}.output.shape: [2 or more, ${tokens}, ${fusion.width}]`]),
      ...(offset + tokens > fusion.slots ? [`fusion.layout.${encoder}: inside ${fusion.slots} slots`] : []),
    ];
  });
  return [...small, ...places];
}

/** Tokens of another encoder would be read as if they meant something. */
function referenceProblems({ reference = [], fusion, encoders }: BundleManifest): readonly string[] {
  return reference.flatMap(({ modality, tokens }) => {
    const place = fusion.layout.find((range) => range.modality === modality);
    if (tokens === undefined) return [];
    if (place === undefined || encoders[place.encoder]?.block !== tokens.block) return [`reference.${modality}.tokens.block: that of its encoder`];
    const fits = tokens.patients.flat().every((token) => token.place < place.tokens && token.data.length === fusion.width);
    return fits ? [] : [`reference.${modality}.tokens: ${place.tokens} places of ${fusion.width}`];
  });
}

function headProblems({ fusion, scorers = [], calibrations, thresholds }: BundleManifest): readonly string[] {
  const every = [...new Set([...fusion.heads, ...scorers.flatMap(({ heads }) => heads)])];
  const heads = every.flatMap((head) => [
    ...(calibrations.some((calibration) => calibration.head === head) ? [] : [`calibrations: none for ${head}`]),
    ...(thresholds[head] === undefined ? [`thresholds.${head}: missing`] : []),
  ]);
  return [
    ...heads,
    ...calibrations.flatMap(({ id, slope }) => (slope > 0 ? [] : [`calibrations.${id}.slope: above 0`])),
    ...scorerProblems(scorers, calibrations),
  ];
}

/** A calibration's scorer must exist, answer its head, and read its modalities. */
function scorerProblems(scorers: readonly ScorerEntry[], calibrations: readonly CalibrationEntry[]): readonly string[] {
  const small = scorers.flatMap(({ id, batch }) => (batch < 2 ? [`scorers.${id}.batch: at least 2`] : []));
  const lost = calibrations.flatMap(({ id, head, pattern, scorer }) => {
    if (scorer === undefined) return [];
    const named = scorers.find((one) => one.id === scorer);
    const fits = named?.heads.includes(head) === true && pattern.every((kind) => named.modalities.includes(kind));
    return fits ? [] : [`calibrations.${id}.scorer: one that answers ${head} from ${pattern.join(' and ')}`];
  });
  return [...small, ...lost];
}

function findingProblems({ findings = [] }: BundleManifest): readonly string[] {
  return findings.flatMap(({ modality, input, output, findings: named }) => {
    const [batch = 0, columns] = output.shape;
    const fits = batch >= 2 && batch === input.shape[0] && columns === named.length && output.shape.length === 2;
    return [
      ...(fits ? [] : [`findings.${modality}.output.shape: [2 or more, ${named.length}], the batch of its input`]),
      ...named.flatMap(({ name, slope }) => (slope > 0 ? [] : [`findings.${modality}.${name}.slope: above 0`])),
      ...named.flatMap(({ name, present, absent }) => (absent < present ? [] : [`findings.${modality}.${name}.absent: below present`])),
    ];
  });
}
