import type { FindingStatement, ModalityKind, Observation, ReportValue, SharedFinding, Stance } from '@concord/core/clinical';
import type { DerivedReport, ReportAssertion } from './derived.ts';
import type { Finding } from './findings.ts';

/** Our names for what a report speaks of → the finding that other sources know too. Old, calcified and device findings have none. */
const SHARED: Partial<Readonly<Record<Finding, SharedFinding>>> = {
  pneumonia: 'airspace-opacity',
  consolidation: 'airspace-opacity',
  opacity: 'airspace-opacity',
  infiltrate: 'airspace-opacity',
  infection: 'airspace-opacity',
  effusion: 'pleural-effusion',
  cardiomegaly: 'cardiomegaly',
  pneumothorax: 'pneumothorax',
  atelectasis: 'atelectasis',
  'volume-loss': 'atelectasis',
  edema: 'pulmonary-edema',
  'vascular-congestion': 'pulmonary-edema',
  'heart-failure': 'pulmonary-edema',
  nodule: 'nodule-or-mass',
  mass: 'nodule-or-mass',
  'nodular-opacity': 'nodule-or-mass',
  malignancy: 'nodule-or-mass',
  cavity: 'nodule-or-mass',
};

/** The sections in which a reader says what is on the film; a question in the indication asserts nothing. */
const SPOKEN_IN = ['findings', 'impression', 'other'];

/** What there is now; the past and the family are no word on this film. */
const STANCE: Partial<Readonly<Record<ReportAssertion['assertion'], Stance>>> = { present: 'present', absent: 'absent', possible: 'uncertain' };
const STRENGTH = ['present', 'uncertain', 'absent'] as const;

/**
 * What looks like an opacity on a film under another name. Who denies consolidation and names one of these has not said that
 * the film shows none: the denial is a doubt then, so that no reader is called contrary for having been exact.
 */
const SHOWS_AS_OPACITY: readonly SharedFinding[] = ['atelectasis', 'pulmonary-edema', 'nodule-or-mass'];

/** One statement a finding: an assertion outweighs a doubt, a doubt a denial. It points to the sentence that decided. */
export function statementsOf(report: Observation<ReportValue>, derived: DerivedReport): readonly FindingStatement[] {
  const statements = decisiveStatements(report, derived);
  const isNamedOtherwise = statements.some(({ finding, stance }) => SHOWS_AS_OPACITY.includes(finding) && stance !== 'absent');
  return statements.map((each) =>
    isNamedOtherwise && each.finding === 'airspace-opacity' && each.stance === 'absent' ? { ...each, stance: 'uncertain' as const } : each,
  );
}

function decisiveStatements(report: Observation<ReportValue>, derived: DerivedReport): readonly FindingStatement[] {
  const spoken = derived.assertions.flatMap((assertion) => {
    const [finding, stance] = [SHARED[assertion.finding], STANCE[assertion.assertion]];
    const sentence = derived.sentences[assertion.sentence];
    if (finding === undefined || stance === undefined || sentence === undefined || !SPOKEN_IN.includes(sentence.section)) return [];
    return [{ finding, stance: isHazeOfEdema(assertion, derived) ? 'uncertain' : stance, sentence }];
  });
  return [...new Set(spoken.map(({ finding }) => finding))].flatMap((finding) => {
    const mine = spoken.filter((each) => each.finding === finding);
    const decisive = STRENGTH.map((stance) => mine.find((each) => each.stance === stance)).find((each) => each !== undefined);
    return decisive === undefined ? [] : [statement(report, decisive)];
  });
}

/**
 * Haziness in keeping with edema: the sentence names what the shadow is, so it asserts no opacity of the airspace beside it.
 * A consolidation or an infiltrate in such a sentence is one.
 */
function isHazeOfEdema({ finding, assertion, sentence }: ReportAssertion, { assertions }: DerivedReport): boolean {
  if (finding !== 'opacity' || assertion !== 'present') return false;
  return assertions.some((other) => other.sentence === sentence && SHARED[other.finding] === 'pulmonary-edema' && other.assertion !== 'absent');
}

interface Spoken {
  readonly finding: SharedFinding;
  readonly stance: Stance;
  readonly sentence: { readonly start: number; readonly end: number };
}

function statement({ effectiveAt, value }: Observation<ReportValue>, { finding, stance, sentence: { start, end } }: Spoken): FindingStatement {
  const { reportId, version, text } = value;
  return {
    finding,
    modality: 'radiology-report' as ModalityKind,
    stance,
    effectiveAt,
    pointer: { kind: 'report-span', pointer: { reportId, version, start, end } },
    text: `“${text.slice(start, end)}”`,
  };
}
