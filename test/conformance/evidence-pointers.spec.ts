import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Assessment, Evidence, ImageRegion, ImageValue, PatientTimeline, Reading, ReportSpan, ReportValue } from '@concord/core/clinical';
import { hours, minus, seededRng } from '@concord/core/kernel';
import { chestSample } from '@concord/generator';
import { modalities } from '@concord/modalities/registry';
import { derivedReportSchema, readReport } from '@concord/modalities/radiology-report';
import { createAgree, type Agree } from '@concord/pipeline/agree';
import { physiologicalDecline } from '@concord/tasks/physiological-decline';
import { BLOODS, CALM, NOON, patient } from '@concord/testing';
import { drawnFilm, openModel, type TestModel } from '../model.ts';

/** Enough that two hundred denied or normal sentences stand in their reports. */
const PATIENTS = 90;
const DAY = physiologicalDecline.find(({ id }) => id.endsWith('24h'))!;

let model: TestModel;
let agree: Agree;
let films: readonly ImageValue[];
beforeAll(async () => {
  model = await openModel();
  agree = createAgree({ plugins: modalities, bundle: model.bundle, runner: model.runner });
  films = [1, 2, 3].map((seed) => drawnFilm([{ kind: 'opacity', side: seed === 2 ? 'left' : 'right', zone: 'lower', size: 0.1, density: 0.7 }], seed));
});
afterAll(() => model.runner.close());

interface Drawn {
  readonly timeline: PatientTimeline;
  readonly text: string;
}

/** A patient of a hidden severity: signs, bloods, a generated report and a drawn film; every third lacks the film, every fifth the report. */
function drawn(at: number, text?: string): Drawn {
  const rng = seededRng(`pointer-${at}`);
  const severity = rng.next();
  const written = text ?? chestSample({ severity, rng }).text;
  // Whoever scores high already is not asked: the signs stay mild, report and film do not.
  const mild = { ...CALM, pulse: 70 + 15 * severity, respiration: 14 + 5 * severity, spo2: 98 - 2 * severity };
  const signs = patient()
    .hourly(8 + (at % 10), mild)
    .labs(minus(NOON, hours(3)), BLOODS);
  const reported = at % 5 === 4 && text === undefined ? signs : signs.report(minus(NOON, hours(2)), written, { derived: readReport(written) });
  const built = at % 3 === 2 ? reported : reported.image(minus(NOON, hours(2)), films[at % films.length]!);
  return { timeline: built.build(), text: written };
}

async function scored(timeline: PatientTimeline): Promise<Extract<Assessment['outcome'], { kind: 'scored' }>> {
  const [assessment] = await model.assess({ timeline, asOf: NOON, tasks: [DAY] });
  if (assessment?.outcome.kind !== 'scored') throw new Error('not scored');
  return assessment.outcome;
}

interface Held {
  readonly value: unknown;
  readonly effectiveAt: number;
}

function heldIn(timeline: PatientTimeline, kind: string): readonly Held[] {
  return [...timeline.streams].flatMap(([name, { observations }]) => (String(name) === kind ? observations : []));
}

const reportsOf = (timeline: PatientTimeline) => heldIn(timeline, 'radiology-report').map(({ value }) => value as ReportValue);
const filmsOf = (timeline: PatientTimeline) => heldIn(timeline, 'chest-imaging').map(({ value }) => value as ImageValue);

/** What is wrong with where an item points; nothing when it resolves. */
function problemOf(item: Evidence, timeline: PatientTimeline): string | undefined {
  switch (item.kind) {
    case 'joint':
      return undefined;
    case 'report-span':
      return spanProblem(item.pointer, item.text, timeline);
    case 'image-region':
      return regionProblem(item.pointer, timeline);
    case 'signal-window': {
      const { code, device, from, to } = item.pointer;
      const samples = heldIn(timeline, item.modality).filter(({ value }) => isOf(value as Reading, code, device));
      return samples.some(({ effectiveAt }) => effectiveAt >= from && effectiveAt <= to) ? undefined : `no sample of ${code} in its window`;
    }
  }
}

const isOf = (reading: Reading, code: string, device: string | null): boolean => reading.code === code && (device === null || reading.device === device);

function spanProblem({ reportId, version, start, end }: ReportSpan, text: string, timeline: PatientTimeline): string | undefined {
  const report = reportsOf(timeline).find((one) => one.reportId === reportId && one.version === version);
  const quoted = report?.text.slice(start, end) ?? '';
  return quoted.trim() !== '' && text.includes(quoted) ? undefined : `quotes ${text}, points at ${quoted}`;
}

function regionProblem({ sopInstanceUid, frame, box }: ImageRegion, timeline: PatientTimeline): string | undefined {
  const header = filmsOf(timeline).find((one) => one.header.sopInstanceUid === sopInstanceUid)?.header;
  const [x, y, width, height] = box;
  const isThere = header !== undefined && frame === 1 && box.every(Number.isInteger);
  return isThere && Math.min(x, y, width - 1, height - 1) >= 0 && x + width <= header.columns && y + height <= header.rows ? undefined : `box ${box.join()}`;
}

describe('evidence of generated patients', () => {
  it('points to something that is there, whatever was measured: sentence, region, window of signs and of bloods; and adds up', async () => {
    const kinds = new Map<string, number>();
    for (let at = 0; at < PATIENTS; at += 1) {
      const { timeline } = drawn(at);
      const { evidence, score } = await scored(timeline);
      for (const item of evidence) {
        expect([at, item.id, problemOf(item, timeline)]).toEqual([at, item.id, undefined]);
        kinds.set(`${item.modality} ${item.kind}`, (kinds.get(`${item.modality} ${item.kind}`) ?? 0) + 1);
      }
      const sum = evidence.reduce((total, { contribution }) => total + contribution, score.baselineLogit);
      expect(Math.abs(sum - score.logit)).toBeLessThan(1e-5);
    }
    for (const seen of ['radiology-report report-span', 'chest-imaging image-region', 'vitals signal-window']) expect(kinds.get(seen) ?? 0).toBeGreaterThan(20);
  });

  it('ties no denied or normal sentence to a region of the film: 0 of at least 200', async () => {
    let [sentences, tied] = [0, 0];
    for (let at = 0; at < PATIENTS; at += 1) {
      const { timeline, text } = drawn(at);
      if (filmsOf(timeline).length === 0 || reportsOf(timeline).length === 0) continue;
      const derived = derivedReportSchema.parse(readReport(text));
      const denied = derived.sentences.filter((_, place) => {
        const said = derived.assertions.filter(({ sentence }) => sentence === place);
        return said.length === 0 || said.every(({ assertion }) => assertion === 'absent');
      });
      sentences += denied.length;
      const { evidence } = await scored(timeline);
      const spans = evidence.filter((item) =>
        denied.some(({ start, end }) => item.kind === 'report-span' && item.pointer.start >= start && item.pointer.end <= end),
      );
      const { findings } = await agree({ timeline, asOf: NOON });
      const statements = findings
        .flatMap((finding) => finding.statements)
        .filter(({ modality, stance }) => String(modality) === 'radiology-report' && stance === 'absent');
      tied += [...spans, ...statements].filter((place) => (place as { kind?: string }).kind === 'image-region' || isRegion(place)).length;
      tied += evidence.filter((item) => item.kind === 'image-region' && denied.some(({ start, end }) => item.text.includes(text.slice(start, end)))).length;
    }
    expect(sentences).toBeGreaterThanOrEqual(200);
    expect(tied).toBe(0);
  });

  it('of a report carries it: without the sentences that raise the score, at least 30 % of what the report adds is gone', async () => {
    const lost: number[] = [];
    for (let at = 0; at < PATIENTS; at += 1) {
      const { timeline, text } = drawn(at);
      if (reportsOf(timeline).length === 0) continue;
      const { evidence, score } = await scored(timeline);
      const share = shareOf(score);
      if (share < 0.1) continue;
      const raising = evidence.flatMap((item) => (item.kind === 'report-span' && item.contribution > 0 ? [item.pointer] : []));
      const derived = derivedReportSchema.parse(readReport(text));
      const cited = derived.sentences.filter(({ start, end }) => raising.some((span) => span.start < end && span.end > start));
      const rest = [...cited].sort((a, b) => b.start - a.start).reduce((left, { start, end }) => left.slice(0, start) + left.slice(end), text);
      // More than all of it cannot be lost: what is left may speak for a well patient.
      lost.push(Math.min(1, 1 - shareOf((await scored(drawn(at, rest).timeline)).score) / share));
    }
    expect(lost.length).toBeGreaterThan(15);
    const mean = lost.reduce((sum, value) => sum + value, 0) / lost.length;
    if (process.env['CONCORD_SAY'] === '1') process.stderr.write(`over ${lost.length} reports ${mean.toFixed(3)} of the share is gone\n`);
    expect(mean).toBeGreaterThanOrEqual(0.3);
  });
});

function shareOf({ shapley }: { readonly shapley: readonly { readonly modality: string; readonly value: number }[] }): number {
  return shapley.find(({ modality }) => modality === 'radiology-report')?.value ?? 0;
}

function isRegion(place: object): boolean {
  return 'pointer' in place && typeof place.pointer === 'object' && place.pointer !== null && 'kind' in place.pointer && place.pointer.kind === 'image-region';
}
