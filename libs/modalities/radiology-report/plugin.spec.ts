import { describe, expect, it } from 'vitest';
import type { ModalityStream, Observation, PatientId, ReceivedReport, ReportId, ReportStatus, ReportValue, Sha256, SourceId } from '@concord/core/clinical';
import { hours, instant, LOINC, minus, plus, type Instant } from '@concord/core/kernel';
import { REPORT_FEATURES, REPORT_TOKENS } from './features.ts';
import { radiologyReport, REPORT_FRESH_FOR } from './plugin.ts';

const now = instant(Date.UTC(2026, 10, 24, 8));
const text = 'Findings: There is a moderate left pleural effusion. No pneumothorax.\nImpression: Left effusion.';

const received = (status: ReportStatus = 'final', at: Instant = minus(now, hours(2)), words = text): ReceivedReport => ({
  kind: 'report',
  sourceId: 'ris' as SourceId,
  subject: 'p' as PatientId,
  blob: 'b' as Sha256,
  effectiveAt: at,
  receivedAt: at,
  reportId: `r-${String(at)}` as ReportId,
  version: 1,
  code: { system: LOINC, code: '30746-2' },
  status,
  text: words,
});
const observed = (report: ReceivedReport): readonly Observation<ReportValue>[] => {
  const result = radiologyReport.observe(report);
  if (!result.ok) throw new Error(result.error.kind);
  return result.value;
};
const stream = (...reports: ReceivedReport[]): ModalityStream<ReportValue> => ({ kind: radiologyReport.kind, observations: reports.flatMap(observed) });

describe('the report as a modality', () => {
  it('is absent without a report, ready with one, stale after three days', () => {
    expect(radiologyReport.readiness(stream(), now)).toEqual({ kind: 'absent' });
    const one = stream(received());
    expect(radiologyReport.readiness(one, now)).toEqual({ kind: 'ready' });
    expect(radiologyReport.staleAt(one)).toBe(plus(minus(now, hours(2)), REPORT_FRESH_FOR));
    expect(radiologyReport.readiness(one, plus(now, hours(70)))).toEqual({ kind: 'ready' });
    expect(radiologyReport.readiness(one, plus(now, hours(71)))).toEqual({ kind: 'stale', newest: minus(now, hours(2)) });
  });

  it('is not scored while registered, when cancelled, or as an error', () => {
    for (const status of ['registered', 'cancelled', 'entered-in-error', 'unknown'] as const) {
      expect(radiologyReport.readiness(stream(received(status)), now), status).toEqual({ kind: 'absent' });
    }
    for (const status of ['partial', 'preliminary', 'final', 'amended', 'corrected', 'appended'] as const) {
      expect(radiologyReport.readiness(stream(received(status)), now), status).toEqual({ kind: 'ready' });
    }
  });

  it('in which no finding is recognised is left out with the reason, not read as normal', () => {
    expect(radiologyReport.readiness(stream(received('final', now, 'Film of the left hand.')), now)).toMatchObject({ kind: 'unfit' });
  });

  it('has one token per sentence that asserts something, and the newest report speaks', () => {
    const input = radiologyReport.align(stream(received('final', minus(now, hours(30)), 'No effusion.'), received()), now);
    expect(input.shape).toEqual([REPORT_TOKENS, REPORT_FEATURES.length]);
    expect([...input.tokenMask]).toEqual([1, 1, 1, ...Array<number>(13).fill(0)]);
    expect([...input.tokenAgeHours.slice(0, 4)]).toEqual([2, 2, 2, 0]);
    const row = (token: number): readonly string[] => REPORT_FEATURES.filter((_, place) => input.data[token * REPORT_FEATURES.length + place] === 1);
    expect(row(0)).toEqual(['effusion:present', 'section:findings', 'extent:moderate']);
    expect(row(1)).toEqual(['pneumothorax:absent', 'section:findings']);
    expect(row(2)).toEqual(['effusion:present', 'section:impression']);
    expect(row(3)).toEqual([]);
  });

  it('keeps the impression when more than sixteen sentences speak', () => {
    const long = `Findings: ${'Small effusion. '.repeat(20)}\nImpression: No pneumothorax.`;
    const input = radiologyReport.align(stream(received('final', now, long)), now);
    const last = REPORT_FEATURES.filter((_, place) => input.data[15 * REPORT_FEATURES.length + place] === 1);
    expect(last).toEqual(['pneumothorax:absent', 'section:impression']);
  });

  it('makes the same row of a sentence whatever stands around it', () => {
    const alone = radiologyReport.align(stream(received('final', now, 'Findings: No pneumothorax.')), now).data;
    const beside = radiologyReport.align(stream(received()), now).data;
    const F = REPORT_FEATURES.length;
    expect([...beside.slice(F, 2 * F)]).toEqual([...alone.slice(0, F)]);
  });

  it('points at exactly the sentence it quotes, and says when the report is preliminary', () => {
    const contributions = Float32Array.from({ length: REPORT_TOKENS }, (_, token) => token / 10);
    const drafts = radiologyReport.attribute(stream(received('preliminary')), now, contributions);
    expect(drafts.map(({ text: words }) => words)).toEqual([
      'Pleural effusion (preliminary report): “There is a moderate left pleural effusion.”',
      'No pneumothorax (preliminary report): “No pneumothorax.”',
      'Pleural effusion (preliminary report): “Left effusion.”',
    ]);
    for (const [index, draft] of drafts.entries()) {
      if (draft.kind !== 'report-span') throw new Error('not a span');
      expect(draft.text).toContain(`“${text.slice(draft.pointer.start, draft.pointer.end)}”`);
      expect(draft.contribution).toBeCloseTo(index / 10);
    }
  });

  it('reads the text again when what was derived is of an older form', () => {
    const [newest] = observed(received());
    if (newest === undefined) throw new Error('no observation');
    const old = { kind: radiologyReport.kind, observations: [{ ...newest, value: { ...newest.value, derived: { sentences: 3 } } }] };
    expect(radiologyReport.align(old, now)).toEqual(radiologyReport.align(stream(received()), now));
  });

  it('refuses what is no report, and a text too long to be one', () => {
    expect(radiologyReport.accepts(received())).toBe(true);
    expect(radiologyReport.observe(received('final', now, 'x'.repeat(200_001)))).toMatchObject({ ok: false, error: { kind: 'unreadable' } });
  });
});
