import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blocksOf, everyBlockOf, readManifest, splitOf, type BundleManifest } from './index.ts';

const models = new URL('../../../infra/models/', import.meta.url);
const active = JSON.parse(readFileSync(new URL('active.json', models), 'utf8')) as { current: string };
const shipped = JSON.parse(readFileSync(new URL(`${active.current}/manifest.json`, models), 'utf8')) as BundleManifest;
const problemsOf = (change: object): readonly string[] => {
  const read = readManifest({ ...shipped, ...change });
  return read.ok ? [] : read.error.problems;
};

const PNEUMONIA = { name: 'Pneumonia', slope: 1, intercept: 0, present: 0.8, absent: 0.2, onDrawnFilms: true };

describe('the manifest of a bundle', () => {
  it('that is shipped can be read, and names every block once', () => {
    expect(readManifest(shipped).ok).toBe(true);
    expect(blocksOf(shipped)).toHaveLength(7);
  });

  it.each([
    ['no calibration for a head', { calibrations: shipped.calibrations.filter(({ head }) => head !== 'decline-24h') }, 'calibrations: none for decline-24h'],
    ['a batch of one, which rounds differently', { fusion: { ...shipped.fusion, batch: 1 } }, 'fusion.batch: at least 2'],
    ['an encoder that is missing', { encoders: {} }, 'encoders.vitals.output.shape: [2 or more, 6, 64]'],
    ['a block that is no hash', { fusion: { ...shipped.fusion, block: 'latest' } }, 'manifest.fusion.block: a SHA-256'],
    ['no thresholds', { thresholds: {} }, 'thresholds.decline-6h: missing'],
    ['no intended use', { intendedUse: '' }, 'manifest.intendedUse: text'],
    [
      'a calibration that turns the score round',
      { calibrations: shipped.calibrations.map((one) => ({ ...one, slope: -1 })) },
      `calibrations.${shipped.calibrations[0]!.id}.slope: above 0`,
    ],
    [
      'reference patients of another encoder, whose tokens mean something else',
      { reference: [{ modality: 'chest-imaging', tokens: { block: 'b'.repeat(64), patients: [] } }] },
      'reference.chest-imaging.tokens.block: that of its encoder',
    ],
  ])('is refused whole with %s', (_, change, problem) => {
    expect(problemsOf(change)).toContain(problem);
  });

  it('may name findings of a film; they stand beside a score and are no part of what it pins', () => {
    const entry = {
      modality: 'chest-imaging',
      block: 'a'.repeat(64),
      input: { name: 'image', shape: [2, 1, 128, 128], units: 'grey values' },
      output: { name: 'findings', shape: [2, 1] },
      findings: [PNEUMONIA],
    };
    const read = readManifest({ ...shipped, findings: [entry] });
    if (!read.ok) throw new Error(read.error.problems.join());
    expect(blocksOf(read.value)).not.toContain(entry.block);
    expect(everyBlockOf(read.value)).toContain(entry.block);
    expect(problemsOf({ findings: [{ ...entry, output: { name: 'findings', shape: [1, 1] } }] })).toContain(
      'findings.chest-imaging.output.shape: [2 or more, 1], the batch of its input',
    );
    expect(problemsOf({ findings: [{ ...entry, findings: [{ ...PNEUMONIA, slope: 0 }] }] })).toContain('findings.chest-imaging.Pneumonia.slope: above 0');
    expect(problemsOf({ findings: [{ ...entry, findings: [{ ...PNEUMONIA, absent: 0.8 }] }] })).toContain(
      'findings.chest-imaging.Pneumonia.absent: below present',
    );
  });

  it('is refused when it is something else', () => {
    for (const json of [null, [], 'text', 7, {}]) expect(readManifest(json).ok).toBe(false);
  });
});

describe('the split of patients', () => {
  it('depends on the identifier alone', () => {
    const hash = (bytes: Uint8Array): string =>
      bytes
        .reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7)
        .toString(16)
        .padStart(8, '0');
    expect(splitOf('p000002', hash)).toBe(splitOf('p000002', hash));
    const shares = Array.from({ length: 2000 }, (_, index) => splitOf(`p${index}`, hash));
    expect(shares.filter((split) => split === 'train').length).toBeGreaterThan(1000);
    expect(new Set(shares).size).toBe(3);
  });
});
