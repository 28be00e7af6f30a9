import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ModalityKind } from '@concord/core/clinical';
import { seededRng } from '@concord/core/kernel';
import type { Tokens } from '@concord/stages/encoding';
import { ASSUMED, drawCompany, type BySeverity } from './assembled-company.ts';

const lab = readFileSync(new URL('../../../apps/lab/assembled.py', import.meta.url), 'utf8');
const inLab = (pattern: RegExp): number => Number(pattern.exec(lab)?.[1]);

const DRAWS = 8_000;
const FILM = 'chest-imaging' as ModalityKind;
const REPORT = 'radiology-report' as ModalityKind;

/** A token that says by its number what it stands for. */
const token = (value: number): Tokens => ({ data: Float32Array.of(value), mask: Uint8Array.of(1), ageHours: Float32Array.of(0) });
const pair = (well: number, sick: number): BySeverity<Tokens> => [[token(well)], [token(sick)]];
const MATERIALS = { films: pair(0, 1), drawnFilms: pair(10, 11), reports: pair(0, 1) };

function drawn(declines: boolean): readonly { readonly film: number; readonly report: number; readonly ages: readonly number[] }[] {
  const rng = seededRng(`company-${declines}`);
  return Array.from({ length: DRAWS }, () => {
    const company = drawCompany(MATERIALS, declines, rng);
    const ages = [FILM, REPORT].map((kind) => company.get(kind)?.ageHours[0] ?? Number.NaN);
    return { film: company.get(FILM)?.data[0] ?? Number.NaN, report: company.get(REPORT)?.data[0] ?? Number.NaN, ages };
  });
}

const share = <T>(rows: readonly T[], holds: (row: T) => boolean): number => rows.filter(holds).length / rows.length;

describe('an assembled patient that a bundle is judged on', () => {
  it('is put together as the lab puts together the ones it learns from', () => {
    expect(ASSUMED).toEqual({
      sickIfDecline: inLab(/^SICK_IF_DECLINE = ([\d.]+)$/m),
      sickIfNot: inLab(/^SICK_IF_NOT = ([\d.]+)$/m),
      shown: inLab(/^SHOWN = ([\d.]+)/m),
      drawnFilm: inLab(/^DRAWN_FILM = ([\d.]+)/m),
      oldestHours: inLab(/^OLDEST_HOURS = ([\d.]+)$/m),
      meanAgeHours: inLab(/exponential\(([\d.]+)/),
    });
  });

  it.each([
    { declines: true, sick: 0.6 * 0.9 + 0.4 * 0.1 },
    { declines: false, sick: 0.22 * 0.9 + 0.78 * 0.1 },
  ])('declines: $declines, and so often has a film that shows a sick chest, and as often a report that says so', ({ declines, sick }) => {
    const rows = drawn(declines);
    expect(share(rows, ({ film }) => film % 10 === 1)).toBeCloseTo(sick, 1);
    expect(share(rows, ({ report }) => report === 1)).toBeCloseTo(sick, 1);
    // Film and report err each for itself, so they agree no more often than the severity behind them lets them.
    expect(share(rows, ({ film, report }) => film % 10 === report)).toBeCloseTo(0.9 * 0.9 + 0.1 * 0.1, 1);
  });

  it('has a drawn film in about a third of cases, and nothing older than the lab ever showed', () => {
    const rows = drawn(false);
    expect(share(rows, ({ film }) => film >= 10)).toBeCloseTo(0.35, 1);
    expect(Math.max(...rows.flatMap(({ ages }) => ages))).toBe(60);
    expect(Math.min(...rows.flatMap(({ ages }) => ages))).toBeGreaterThanOrEqual(0);
  });
});
