import type { ModalityKind } from '@concord/core/clinical';
import { invariant } from '@concord/core/kernel';
import type { Rng } from '@concord/core/ports';
import type { Tokens } from '@concord/stages/encoding';
import type { TokensByModality } from '@concord/stages/fusion';

/**
 * How a hidden severity ties signs, film and report of an assembled patient together: the lab's assumptions, written down a second time so that
 * patients are judged by what the bundle was taught. Source: `apps/lab/assembled.py`; the spec beside holds the two equal.
 */
export const ASSUMED = { sickIfDecline: 0.6, sickIfNot: 0.22, shown: 0.9, drawnFilm: 0.35, oldestHours: 60, meanAgeHours: 14 } as const;

/** What a part of an assembled patient looks like, by whether the chest is sick. */
export type BySeverity<T> = readonly [well: readonly T[], sick: readonly T[]];

export interface Materials<T> {
  readonly films: BySeverity<T>;
  readonly drawnFilms: BySeverity<T>;
  readonly reports: BySeverity<T>;
}

/** One film and one report for an hour, as its outcome makes them likely, each with its age. */
export function drawCompany(materials: Materials<Tokens>, declines: boolean, rng: Rng): TokensByModality {
  const sick = rng.next() < (declines ? ASSUMED.sickIfDecline : ASSUMED.sickIfNot);
  const shows = (): boolean => (rng.next() < ASSUMED.shown ? sick : !sick);
  const [onFilm, inReport] = [shows(), shows()];
  const films = rng.next() < ASSUMED.drawnFilm ? materials.drawnFilms : materials.films;
  const age = (): number => Math.min(-ASSUMED.meanAgeHours * Math.log(1 - rng.next()), ASSUMED.oldestHours);
  return new Map([
    ['chest-imaging' as ModalityKind, aged(picked(films[Number(onFilm)], rng), age())],
    ['radiology-report' as ModalityKind, aged(picked(materials.reports[Number(inReport)], rng), age())],
  ]);
}

function aged(tokens: Tokens, hours: number): Tokens {
  return { ...tokens, ageHours: Float32Array.from(tokens.mask, (there) => there * hours) };
}

function picked<T>(from: readonly T[] | undefined, rng: Rng): T {
  const one = from?.[Math.floor(rng.next() * from.length)];
  invariant(one !== undefined, 'there are films and reports of both severities');
  return one;
}
