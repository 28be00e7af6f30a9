import type {
  EvidenceDraft,
  ModalityKind,
  ModalityPlugin,
  ModalityStream,
  Observation,
  Readiness,
  Received,
  ReportStatus,
  ReportValue,
  TensorInput,
} from '@concord/core/clinical';
import { err, hours, ok, plus, type Instant } from '@concord/core/kernel';
import { derivedReportSchema, type DerivedReport } from './derived.ts';
import { REPORT_FEATURES, REPORT_TOKENS, reportFeatures, tokenSentences } from './features.ts';
import { FINDING_WORDS, type Assertion } from './findings.ts';
import { readReport } from './read-report.ts';
import { statementsOf } from './statements.ts';

/**
 * How long a report speaks for the patient. Three days: by then a film on a ward has as a rule been repeated, and the
 * model was never shown an older one.
 */
export const REPORT_FRESH_FOR = hours(72);

/** A report beyond this length is no radiology report; it bounds the work of one arrival. */
const LONGEST_REPORT = 200_000;

/** Which reports the model hears. Registered and cancelled ones are stored and wait; an error is withdrawn. */
const SCORED: Readonly<Record<ReportStatus, boolean>> = {
  registered: false,
  partial: true,
  preliminary: true,
  final: true,
  amended: true,
  corrected: true,
  appended: true,
  cancelled: false,
  'entered-in-error': false,
  unknown: false,
};

/** Radiology reports: rules read findings and how they are meant; each sentence that asserts something is a token. */
export const radiologyReport: ModalityPlugin<ReportValue> = {
  kind: 'radiology-report' as ModalityKind,
  encoder: { encoder: 'report', tokens: REPORT_TOKENS },
  accepts: (received) => received.kind === 'report',
  observe,
  readiness,
  align,
  staleAt: (stream) => {
    const newest = newestScored(stream);
    return newest === undefined ? undefined : plus(newest.effectiveAt, REPORT_FRESH_FOR);
  },
  attribute,
  statements: (stream, at) => {
    const newest = readiness(stream, at).kind === 'ready' ? newestScored(stream) : undefined;
    return newest === undefined ? [] : statementsOf(newest, derivedOf(newest.value));
  },
};

function observe(received: Received): ReturnType<ModalityPlugin<ReportValue>['observe']> {
  if (received.kind !== 'report') return err({ kind: 'unsupported-code', code: received.kind === 'image' ? received.sopClassUid : received.code.code });
  const { reportId, version, status, code, text } = received;
  if (text.length > LONGEST_REPORT) return err({ kind: 'unreadable', reason: `a report has at most ${LONGEST_REPORT} characters` });
  const value: ReportValue = { reportId, version, status, code: code.code, text, derived: readReport(text) };
  return ok([{ id: `${reportId}/${version}`, effectiveAt: received.effectiveAt, availableAt: received.receivedAt, value, sourceId: received.sourceId }]);
}

function readiness(stream: ModalityStream<ReportValue>, at: Instant): Readiness {
  const newest = newestScored(stream);
  if (newest === undefined) return { kind: 'absent' };
  if (at - newest.effectiveAt > REPORT_FRESH_FOR) return { kind: 'stale', newest: newest.effectiveAt };
  if (derivedOf(newest.value).assertions.length === 0) return { kind: 'unfit', reason: 'no finding recognised in the report' };
  return { kind: 'ready' };
}

function align(stream: ModalityStream<ReportValue>, at: Instant): TensorInput {
  const newest = newestScored(stream);
  const derived = newest === undefined ? undefined : derivedOf(newest.value);
  const tokens = derived === undefined ? [] : tokenSentences(derived);
  const ageHours = newest === undefined ? 0 : (at - newest.effectiveAt) / hours(1);
  return {
    name: 'report',
    data: derived === undefined ? new Float32Array(REPORT_TOKENS * REPORT_FEATURES.length) : reportFeatures(derived),
    shape: [REPORT_TOKENS, REPORT_FEATURES.length],
    tokenMask: Uint8Array.from({ length: REPORT_TOKENS }, (_, token) => (token < tokens.length ? 1 : 0)),
    tokenAgeHours: Float32Array.from({ length: REPORT_TOKENS }, (_, token) => (token < tokens.length ? ageHours : 0)),
  };
}

function attribute(stream: ModalityStream<ReportValue>, _at: Instant, tokenContributions: Float32Array): readonly EvidenceDraft[] {
  const newest = newestScored(stream);
  if (newest === undefined) return [];
  const { reportId, version, text, status } = newest.value;
  const derived = derivedOf(newest.value);
  return tokenSentences(derived).flatMap((index, token): readonly EvidenceDraft[] => {
    const sentence = derived.sentences[index];
    if (sentence === undefined) return [];
    const { start, end } = sentence;
    const words = said(derived, index);
    const flag = status === 'preliminary' || status === 'partial' ? ' (preliminary report)' : '';
    return [
      {
        kind: 'report-span',
        pointer: { reportId, version, start, end },
        contribution: tokenContributions[token] ?? 0,
        text: `${words}${flag}: “${text.slice(start, end)}”`,
      },
    ];
  });
}

const MEANT: Readonly<Record<Assertion, (finding: string) => string>> = {
  present: (finding) => finding,
  absent: (finding) => `no ${finding}`,
  possible: (finding) => `possible ${finding}`,
  historical: (finding) => `${finding} in the past`,
  family: (finding) => `${finding} in the family`,
};

/** What the sentence asserts, in words: "Pleural effusion, no pneumothorax". */
function said({ assertions }: DerivedReport, sentence: number): string {
  const mine = assertions.filter((assertion) => assertion.sentence === sentence);
  const phrases = [...new Set(mine.map(({ finding, assertion }) => MEANT[assertion](FINDING_WORDS[finding])))].join(', ');
  return phrases.charAt(0).toUpperCase() + phrases.slice(1);
}

/** The newest report that may be scored; streams are ordered by time. */
function newestScored(stream: ModalityStream<ReportValue>): Observation<ReportValue> | undefined {
  return stream.observations.findLast(({ value }) => SCORED[value.status]);
}

/** As stored; a report that was stored without, or in an older form, is read again from its text. */
export function derivedOf({ derived, text }: ReportValue): DerivedReport {
  const parsed = derivedReportSchema.safeParse(derived);
  return parsed.success ? parsed.data : readReport(text);
}
