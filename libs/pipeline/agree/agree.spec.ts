import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ModalityKind, Observation, PatientId, PatientTimeline, Reading, ReportId, ReportValue, SourceId } from '@concord/core/clinical';
import { hours, instant, minus, type Instant } from '@concord/core/kernel';
import type { ModelRunner } from '@concord/core/ports';
import { readManifest, type BundleManifest } from '@concord/governance/models';
import { modalities } from '@concord/modalities/registry';
import { createAgree } from './agree.ts';

const NOW = instant(Date.parse('2026-03-01T12:00:00Z'));
const models = new URL('../../../infra/models/', import.meta.url);
const { current } = JSON.parse(readFileSync(new URL('active.json', models), 'utf8')) as { current: string };
const read = readManifest(JSON.parse(readFileSync(new URL(`${current}/manifest.json`, models), 'utf8')));
if (!read.ok) throw new Error('the active manifest cannot be read');
const bundle: BundleManifest = read.value;
const silent: ModelRunner = { run: () => Promise.reject(new Error('no model is asked here')), version: 'none' } as unknown as ModelRunner;

const REPORT =
  'FINDINGS: Small left pleural effusion. No pneumothorax. The heart is not enlarged. There is no consolidation.\n\nIMPRESSION: Possible atelectasis.';

async function report(text: string, at: Instant): Promise<Observation> {
  const plugin = modalities.find(({ kind }) => kind === 'radiology-report');
  const observed = plugin?.observe({
    kind: 'report',
    reportId: 'r1' as ReportId,
    version: 1,
    status: 'final',
    code: { system: 'http://loinc.org', code: '36643-5' },
    text,
    effectiveAt: at,
    receivedAt: at,
    sourceId: 's' as SourceId,
  } as Parameters<NonNullable<typeof plugin>['observe']>[0]);
  if (observed?.ok !== true) throw new Error('the report was refused');
  return Promise.resolve(observed.value[0] as Observation<ReportValue>);
}

function sign(code: string, number: number, at: Instant): Observation<Reading> {
  return { id: `${code}-${at}`, effectiveAt: at, availableAt: at, value: { code, number } as Reading, sourceId: 's' as SourceId };
}

function timeline(streams: Readonly<Record<string, readonly Observation[]>>, withheld: readonly string[] = []): PatientTimeline {
  return {
    patientId: 'p' as PatientId,
    revision: 1,
    demographics: [],
    stays: [],
    streams: new Map(Object.entries(streams).map(([kind, observations]) => [kind as ModalityKind, { kind: kind as ModalityKind, observations }])),
    withheld: withheld as ModalityKind[],
  };
}

const agree = createAgree({ plugins: modalities, bundle, runner: silent });
const found = async (asked: PatientTimeline, at: Instant = NOW) => (await agree({ timeline: asked, asOf: at })).findings;

describe('what a report says of findings', () => {
  it('is what stands in it: asserted, denied, in doubt, each with its own sentence', async () => {
    const findings = await found(timeline({ 'radiology-report': [await report(REPORT, minus(NOW, hours(2)))] }));
    const stances = Object.fromEntries(findings.map(({ finding, statements }) => [finding, statements[0]?.stance]));
    expect(stances).toMatchObject({
      'pleural-effusion': 'present',
      pneumothorax: 'absent',
      cardiomegaly: 'absent',
      'airspace-opacity': 'uncertain',
      atelectasis: 'uncertain',
    });
    for (const { statements } of findings)
      for (const { pointer, text } of statements) {
        if (pointer.kind !== 'report-span') throw new Error('a report points to its text');
        expect(text).toBe(`“${REPORT.slice(pointer.pointer.start, pointer.pointer.end)}”`);
      }
    expect(findings.every(({ verdict }) => verdict === 'one-source')).toBe(true);
  });

  it('denies no shadow that it has given another name: a reader who was exact is not sent a second look', async () => {
    const stanceOf = async (text: string) =>
      (await found(timeline({ 'radiology-report': [await report(text, NOW)] }))).find(({ finding }) => finding === 'airspace-opacity')?.statements[0]?.stance;
    expect(await stanceOf('FINDINGS: No consolidation. No pleural effusion.')).toBe('absent');
    expect(await stanceOf('FINDINGS: No consolidation. No atelectasis.')).toBe('absent');
    expect(await stanceOf('FINDINGS: No consolidation. Left basal atelectasis.')).toBe('uncertain');
    expect(await stanceOf('FINDINGS: No consolidation. Pulmonary edema.')).toBe('uncertain');
    expect(await stanceOf('FINDINGS: Right lower lobe consolidation. Left basal atelectasis.')).toBe('present');
  });

  it('asserts no opacity of the airspace by calling edema hazy, and one by naming a consolidation beside it', async () => {
    const stanceOf = async (text: string) =>
      (await found(timeline({ 'radiology-report': [await report(text, NOW)] }))).find(({ finding }) => finding === 'airspace-opacity')?.statements[0]?.stance;
    expect(await stanceOf('FINDINGS: Kerley B lines and perihilar haziness consistent with edema.')).toBe('uncertain');
    expect(await stanceOf('FINDINGS: Perihilar haziness consistent with edema. Hazy opacity in the right lower lobe.')).toBe('present');
    expect(await stanceOf('FINDINGS: Pulmonary edema and right lower lobe consolidation.')).toBe('present');
  });

  it('is no word on the film when it stands in the question: an indication is not a finding', async () => {
    expect(await found(timeline({ 'radiology-report': [await report('INDICATION: Pneumonia?\n\nFINDINGS: Support devices unchanged.', NOW)] }))).toEqual([]);
  });

  it('is not heard when consent withholds it, and not before it was known', async () => {
    const stream = { 'radiology-report': [await report(REPORT, NOW)] };
    expect(await found(timeline(stream, ['radiology-report']))).toEqual([]);
    expect(await found(timeline(stream), minus(NOW, hours(1)))).toEqual([]);
  });
});

describe('two devices on one patient', () => {
  const by = (device: string, number: number): Observation<Reading> => ({
    ...sign('2708-6', number, minus(NOW, hours(0.05))),
    id: device,
    value: { code: '2708-6', number, device },
  });
  const signsOf = async (asked: PatientTimeline) => (await agree({ timeline: asked, asOf: NOW })).signs;

  it('that contradict each other are said to, and not where consent withholds the signs', async () => {
    const vitals = [by('monitor', 84), by('wearable', 97)];
    expect((await signsOf(timeline({ vitals })))?.map(({ code, verdict }) => [code, verdict])).toEqual([['2708-6', 'disagree']]);
    expect(await signsOf(timeline({ vitals }, ['vitals']))).toEqual([]);
  });
});

describe('what signals suggest', () => {
  const fever = [sign('8310-5', 38.6, minus(NOW, hours(1))), sign('9279-1', 26, minus(NOW, hours(1)))];

  it('stands beside what the report says, and contradicts nothing', async () => {
    const findings = await found(timeline({ vitals: fever, 'radiology-report': [await report('FINDINGS: No consolidation.', minus(NOW, hours(2)))] }));
    const opacity = findings.find(({ finding }) => finding === 'airspace-opacity');
    expect(opacity?.statements.map(({ modality, stance }) => [modality, stance])).toEqual(
      expect.arrayContaining([
        ['vitals', 'suggested'],
        ['radiology-report', 'absent'],
      ]),
    );
    expect(opacity?.verdict).toBe('one-source');
  });

  it('is nothing without a source that looked', async () => {
    expect(await found(timeline({ vitals: fever }))).toEqual([]);
  });

  it('is nothing from an old fever', async () => {
    const old = fever.map((each) => ({ ...each, effectiveAt: minus(NOW, hours(7)), availableAt: minus(NOW, hours(7)) }));
    const findings = await found(timeline({ vitals: old, 'radiology-report': [await report(REPORT, minus(NOW, hours(2)))] }));
    expect(findings.flatMap(({ statements }) => statements).some(({ modality }) => modality === 'vitals')).toBe(false);
  });
});
