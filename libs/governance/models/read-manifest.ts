import { err, ok, type Result } from '@concord/core/kernel';
import type { BundleManifest } from './manifest.ts';

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
const share: Check = (value, path) => (typeof value === 'number' && value >= 0 && value <= 1 ? [] : [`${path}: a share of one`]);
const sha256: Check = (value, path) => (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? [] : [`${path}: a SHA-256`]);
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

const tensor = object({ name: text, shape: list(whole) });
const level = oneOf(['real-external', 'real-internal', 'transferred', 'assembled', 'synthetic']);
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
    layout: list(object({ modality: text, offset: whole, tokens: whole })),
    heads: list(text),
  }),
  calibrations: list(
    object({
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
    }),
  ),
  thresholds: record(object({ raised: share, high: share })),
  preprocessing: record(text),
  driftReference: record(object({ mean: list(number), spread: list(number) })),
  probe: object({ seed: whole, tolerance: number, logits: list(list(number)) }),
  training: list(object({ name: text, licence: text, use: text })),
  metrics: list(object({ name: text, head: text, pattern: list(text), value: number, interval: anything, data: text })),
});

/** What must agree between the parts. */
function agreement({ encoders, fusion, calibrations, thresholds }: BundleManifest): readonly string[] {
  const problems: string[] = [];
  // A batch of one rounds differently from a larger one (measured); a stored score must come from a padded shape.
  if (fusion.batch < 2) problems.push('fusion.batch: at least 2');
  for (const { modality, offset, tokens } of fusion.layout) {
    const output = encoders[modality]?.output.shape;
    if (output === undefined) problems.push(`encoders.${modality}: missing`);
    else if (output[0] === undefined || output[0] < 2 || output[1] !== tokens || output[2] !== fusion.width) problems.push(`encoders.${modality}.output.shape: [2 or more, ${tokens}, ${fusion.width}]`);
    if (offset + tokens > fusion.slots) problems.push(`fusion.layout.${modality}: inside ${fusion.slots} slots`);
  }
  for (const head of fusion.heads) {
    if (!calibrations.some((calibration) => calibration.head === head)) problems.push(`calibrations: none for ${head}`);
    if (thresholds[head] === undefined) problems.push(`thresholds.${head}: missing`);
  }
  for (const { id, slope } of calibrations) if (slope <= 0) problems.push(`calibrations.${id}.slope: above 0`);
  return problems;
}
