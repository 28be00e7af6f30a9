import { describe, expect, it } from 'vitest';
import type { Assessment, AssessmentId, PatientId, PatientTimeline, Stay } from '@concord/core/clinical';
import { hours, instant, minutes, ok, plus, type Instant } from '@concord/core/kernel';
import type { AccessScope, WithAccess } from '@concord/core/ports';
import { assessPatient } from './assess-patient.ts';

const PATIENT = '00000000-0000-4000-8000-0000000000aa' as PatientId;
const NOW = instant(Date.parse('2026-01-01T12:00:00Z'));

describe('one assessment job', () => {
  it('reads in one transaction, computes in none, and stores in another', async () => {
    const ward = new FakeWard(admitted());
    let openWhileComputing = -1;
    await assessPatient(PATIENT, 'job-1', {
      ...ward.parts([answer()]),
      assess: () => {
        openWhileComputing = ward.open;
        return Promise.resolve([answer()]);
      },
    });
    expect(openWhileComputing).toBe(0);
    expect(ward.saved).toHaveLength(1);
  });

  it('plans the next run for the moment when an input turns stale', async () => {
    const ward = new FakeWard(admitted());
    await assessPatient(PATIENT, 'job-1', ward.parts([answer(plus(NOW, minutes(25))), answer(plus(NOW, minutes(40)))]));
    expect(ward.planned).toEqual([plus(NOW, minutes(25))]);
  });

  it('scores an admitted patient again within the hour, also when nothing turns stale', async () => {
    const ward = new FakeWard(admitted());
    await assessPatient(PATIENT, 'job-1', ward.parts([answer(plus(NOW, hours(5)))]));
    expect(ward.planned).toEqual([plus(NOW, hours(1))]);
  });

  it('leaves a patient who went home alone', async () => {
    const ward = new FakeWard(admitted({ status: 'finished', end: plus(NOW, minutes(-5)) }));
    const done = await assessPatient(PATIENT, 'job-1', ward.parts([answer()]));
    expect(ward.planned).toEqual([]);
    expect(done).toMatchObject({ kind: 'stored', next: undefined });
  });

  it('stores nothing for a patient who is not there', async () => {
    const ward = new FakeWard(undefined);
    expect(await assessPatient(PATIENT, 'job-1', ward.parts([answer()]))).toEqual({ kind: 'gone' });
    expect(ward.saved).toEqual([]);
  });

  it('asks for the moment of the newest row when the clock was set back after it came', async () => {
    const ward = new FakeWard(admitted());
    ward.newest = plus(NOW, minutes(2));
    await assessPatient(PATIENT, 'job-1', ward.parts([answer()]));
    expect(ward.askedFor).toBe(plus(NOW, minutes(2)));
    ward.newest = plus(NOW, minutes(-2));
    await assessPatient(PATIENT, 'job-1', ward.parts([answer()]));
    expect(ward.askedFor).toBe(NOW);
  });

  it('counts a result that a newer one has overtaken as not stored', async () => {
    const ward = new FakeWard(admitted());
    ward.isOvertaken = true;
    expect(await assessPatient(PATIENT, 'job-1', ward.parts([answer()]))).toMatchObject({ kind: 'stored', count: 0 });
  });
});

class FakeWard {
  readonly saved: Assessment[] = [];
  readonly planned: (Instant | undefined)[] = [];
  isOvertaken = false;
  open = 0;
  newest: Instant | undefined;
  askedFor: Instant | undefined;
  private readonly timeline: PatientTimeline | undefined;

  constructor(timeline: PatientTimeline | undefined) {
    this.timeline = timeline;
  }

  parts(answers: readonly Assessment[]) {
    return { withAccess: this.withAccess, tasks: [], assess: () => Promise.resolve(answers) };
  }

  private readonly withAccess: WithAccess = async (_request, work) => {
    this.open += 1;
    const value = await work(this.scope());
    this.open -= 1;
    return ok(value);
  };

  private scope(): AccessScope {
    const scope = {
      now: NOW,
      timelines: {
        newest: () => Promise.resolve(this.newest),
        load: (_patient: PatientId, at: Instant) => {
          this.askedFor = at;
          return Promise.resolve(this.timeline);
        },
      },
      assessments: {
        save: (assessment: Assessment) => {
          this.saved.push(assessment);
          return Promise.resolve(this.isOvertaken ? undefined : ('a' as AssessmentId));
        },
      },
      audit: { note: () => undefined },
      jobs: {
        assess: (_patient: PatientId, at?: Instant) => {
          this.planned.push(at);
          return Promise.resolve();
        },
      },
    };
    return scope as unknown as AccessScope;
  }
}

function admitted(stay: Partial<Stay> = {}): PatientTimeline {
  const start = plus(NOW, hours(-20));
  const value = { encounterId: 'e', status: 'in-progress', class: 'IMP', start, setting: 'ward', ...stay } as Stay;
  const observation = { id: 's', effectiveAt: start, availableAt: start, value, sourceId: 'integrator' };
  return { patientId: PATIENT, revision: 3, demographics: [], stays: [observation], streams: new Map(), withheld: [] } as unknown as PatientTimeline;
}

function answer(staleAt?: Instant): Assessment {
  const pins = { revision: 3, inputsSha256: '', blockSha256: [] };
  return { outcome: { kind: 'abstained' }, bundle: 'b', pins, ...(staleAt === undefined ? {} : { staleAt }) } as unknown as Assessment;
}
