import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asOf, byTime, type ModalityPlugin, type ModalityStream, type Observation, type PatientTimeline, type Received } from '@concord/core/clinical';
import { hours, minus, minutes, plus, type Instant } from '@concord/core/kernel';
import type { EncoderEntry } from '@concord/governance/models';
import { modalities } from '@concord/modalities/registry';
import { BLOODS, CALM, NOON, patient } from '@concord/testing';
import { bundle, drawnFilm, REPORT } from '../model.ts';

/** What a modality's own `fixture.ts` sends, through its own door; the four that the builder knows need none. */
async function fixtureOf(plugin: ModalityPlugin): Promise<readonly Observation[]> {
  const file = new URL(`../../libs/modalities/${plugin.kind}/fixture.ts`, import.meta.url);
  if (!existsSync(file)) return [];
  const { received } = (await import(file.href)) as { readonly received: (at: Instant) => readonly Received[] };
  return received(NOON).flatMap((one) => {
    const observed = plugin.observe(one);
    if (!observed.ok) throw new Error(`${plugin.kind}: ${observed.error.kind}`);
    return observed.value;
  });
}

/** One patient in whom every registered modality speaks. A new sensor brings a `fixture.ts`, or these checks fail by name. */
const known = patient()
  .admitted(minus(NOON, hours(12)), 'ward')
  .hourly(10, CALM)
  .labs(minus(NOON, hours(5)), BLOODS)
  .report(minus(NOON, hours(1)), REPORT)
  .image(minus(NOON, hours(2)), drawnFilm());
const fixtures = await Promise.all(modalities.map(async (plugin) => (await fixtureOf(plugin)).map((observation) => ({ kind: plugin.kind, observation }))));
const everything = fixtures
  .flat()
  .sort((a, b) => byTime(a.observation, b.observation))
  .reduce((built, { kind, observation }) => built.observation(kind, observation), known)
  .build();

const streamOf = (timeline: PatientTimeline, { kind }: ModalityPlugin): ModalityStream => timeline.streams.get(kind) ?? { kind, observations: [] };
const changed = (plugin: ModalityPlugin, change: (observation: Observation) => Observation): PatientTimeline => ({
  ...everything,
  streams: new Map(
    [...everything.streams].map(([kind, stream]) => [kind, kind === plugin.kind ? { ...stream, observations: stream.observations.map(change) } : stream]),
  ),
});

describe.each(modalities.map((plugin) => [plugin.kind, plugin] as const))('%s', (_, plugin) => {
  const input = plugin.align(streamOf(everything, plugin), NOON);

  it('has a patient in this test who was measured', () => {
    expect(plugin.readiness(streamOf(everything, plugin), NOON)).toEqual({ kind: 'ready' });
    expect(input.tokenMask.some((known) => known === 1)).toBe(true);
  });

  it('eats what the manifest of the active bundle says', async () => {
    const { encoders, scorers = [] } = await bundle();
    const encoder: EncoderEntry | undefined = encoders[plugin.encoder.encoder];
    // A modality without an encoder is read as a table, by a scorer that names it.
    if (encoder === undefined) return expect(scorers.some(({ modalities: read }) => read.includes(plugin.kind)) && plugin.table !== undefined).toBe(true);
    expect(encoder.input.shape.slice(1)).toEqual(input.shape);
    expect(encoder.output.shape[1]).toBe(plugin.encoder.tokens);
    expect(input.tokenMask).toHaveLength(plugin.encoder.tokens);
    expect(input.tokenAgeHours).toHaveLength(plugin.encoder.tokens);
  });

  it('is absent without a stream, and masks every token of an empty one', () => {
    const empty = { kind: plugin.kind, observations: [] };
    expect(plugin.readiness(empty, NOON)).toEqual({ kind: 'absent' });
    expect([...plugin.align(empty, NOON).tokenMask]).toEqual(Array.from({ length: plugin.encoder.tokens }, () => 0));
  });

  it('gives the same bytes for the same input, and finite numbers only', () => {
    expect(plugin.align(streamOf(everything, plugin), NOON)).toEqual(input);
    expect(input.data.every(Number.isFinite) && input.tokenAgeHours.every((age) => age >= 0)).toBe(true);
  });

  it.each([
    ['arrives only after the question', (observation: Observation): Observation => ({ ...observation, availableAt: plus(NOON, minutes(1)) })],
    ['was replaced before it', (observation: Observation): Observation => ({ ...observation, supersededAt: minus(NOON, minutes(1)) })],
    ['was withdrawn before it', (observation: Observation): Observation => ({ ...observation, retractedAt: minus(NOON, minutes(1)) })],
  ])('is gone when it %s, and nothing else changes', (__, change) => {
    const known = asOf(changed(plugin, change), NOON);
    expect(streamOf(known, plugin).observations).toEqual([]);
    const before = asOf(everything, NOON);
    for (const other of modalities.filter(({ kind }) => kind !== plugin.kind)) {
      expect(other.align(streamOf(known, other), NOON)).toEqual(other.align(streamOf(before, other), NOON));
    }
  });

  it('tells every column that a scorer reads, and as a table nothing that is not finite but the unknown', async () => {
    if (plugin.table === undefined) return;
    for (const part of [plugin.table, plugin.table.hourly]) {
      const row = part.row(streamOf(everything, plugin), NOON);
      expect(row).toHaveLength(part.columns.length);
      expect(row.every((value) => Number.isFinite(value) || Number.isNaN(value))).toBe(true);
    }
    const own = new Set([...plugin.table.columns, ...plugin.table.hourly.columns]);
    const channels = new Set(plugin.table.channels);
    for (const { columns } of (await bundle()).scorers ?? []) {
      const asked = columns.filter((name) => channels.has(name.slice(0, name.lastIndexOf('/'))));
      expect(asked.filter((name) => !own.has(name))).toEqual([]);
    }
  });

  it('turns stale at the moment that it promises, and not before', () => {
    const stream = streamOf(everything, plugin);
    const turns = plugin.staleAt(stream);
    if (turns === undefined) return;
    expect(plugin.readiness(stream, minus(turns, minutes(1))).kind).toBe('ready');
    expect(plugin.readiness(stream, plus(turns, minutes(1))).kind).toBe('stale');
  });

  it('names reasons only for tokens that speak, with no more weight than the tokens have', () => {
    const contributions = Float32Array.from(input.tokenMask, (known, token) => (known === 1 ? 0.1 * (token + 1) : 0));
    const named = plugin.attribute(streamOf(everything, plugin), NOON, contributions).reduce((sum, { contribution }) => sum + contribution, 0);
    expect(named).toBeGreaterThan(0);
    expect(named).toBeLessThanOrEqual(contributions.reduce((sum, value) => sum + value, 0) + 1e-5);
  });
});
