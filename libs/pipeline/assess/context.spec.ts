import { describe, expect, it } from 'vitest';
import type { EncounterId, Observation, PatientTimeline, SourceId, Stay } from '@concord/core/clinical';
import { hours, minus, plus } from '@concord/core/kernel';
import { NOON, patient } from '@concord/testing';
import { CONTEXT_COLUMNS, contextRow } from './context.ts';

const SOURCE = 'desk' as SourceId;

function stay(id: string, { begin, ended, ...rest }: { readonly begin: number; readonly ended?: number } & Partial<Stay>): Observation<Stay> {
  const start = minus(NOON, hours(begin));
  const until = ended === undefined ? {} : { end: minus(NOON, hours(ended)) };
  const value: Stay = { encounterId: id as EncounterId, status: 'finished', class: 'IMP', start, ...until, setting: 'ward', ...rest };
  return { id, effectiveAt: start, availableAt: start, sourceId: SOURCE, value };
}

function hoursBefore(...stays: readonly Observation<Stay>[]): number | undefined {
  const timeline: PatientTimeline = { ...patient().build(), stays };
  return contextRow(timeline, NOON)[CONTEXT_COLUMNS.indexOf('context/hours-before')];
}

const unit = stay('unit', { begin: 10, status: 'in-progress', setting: 'icu' });

describe('hours in hospital before the unit', () => {
  it('run from the ward on which the patient lay first', () => {
    expect(hoursBefore(stay('emergency', { begin: 60, ended: 58 }), stay('ward', { begin: 58, ended: 10 }), unit)).toBe(50);
  });

  it('are none for a patient who came straight to the unit, and unknown without any stay', () => {
    expect(hoursBefore(unit)).toBe(0);
    expect(hoursBefore()).toBeNaN();
  });

  it('do not reach into an admission that ended last week, nor into one that was entered in error', () => {
    expect(hoursBefore(stay('last week', { begin: 200, ended: 150 }), unit)).toBe(0);
    expect(hoursBefore(stay('another patient', { begin: 60, ended: 10, status: 'entered-in-error' }), unit)).toBe(0);
  });

  it('do not tell how long the unit has known the patient', () => {
    const timeline: PatientTimeline = { ...patient().build(), stays: [stay('ward', { begin: 58, ended: 10 }), unit] };
    expect(contextRow(timeline, plus(NOON, hours(30)))).toEqual(contextRow(timeline, NOON));
  });
});
