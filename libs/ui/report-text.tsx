import type { ReportView } from '@concord/contracts';
import { reportRuns, type Assertion, type ReportRun, type TaggedSpan } from './report-runs.ts';

export interface ReportTextProps {
  readonly report: Pick<ReportView, 'text' | 'sections' | 'assertions'>;
  readonly spans: readonly TaggedSpan[];
  readonly selected: string | null;
  readonly onSelect?: (id: string) => void;
}

const WORD: Readonly<Record<Assertion, string | null>> = {
  present: null,
  absent: 'absent',
  possible: 'possible',
  historical: 'historical',
  family: 'in the family',
};
const FORM: Readonly<Record<Assertion, string>> = { present: 'yes', absent: 'no', possible: 'may', historical: 'old', family: 'old' };

/** The report, character for character, with what was understood said beside it. Nothing is struck through: that reads as deleted. */
export function ReportText({ report, spans, selected, onSelect }: ReportTextProps) {
  const runs = reportRuns(report, spans);
  return (
    <div className="report">
      <p>
        {runs.map((run) => (
          <Run key={run.start} run={run} selected={selected} {...(onSelect ? { onSelect } : {})} />
        ))}
      </p>
    </div>
  );
}

interface RunProps {
  readonly run: ReportRun;
  readonly selected: string | null;
  readonly onSelect?: (id: string) => void;
}

function Run({ run, selected, onSelect }: RunProps) {
  const trailing = /\s*$/.exec(run.text)?.[0] ?? '';
  const text = run.text.slice(0, run.text.length - trailing.length);
  const word = run.says ? WORD[run.says] : null;
  return (
    <>
      <RunText run={run} text={text} on={run.covers.some((span) => span.id === selected)} />
      {word && <span className={run.says === 'historical' || run.says === 'family' ? 'as grey' : 'as'}>{word}</span>}
      {run.ends.map((span) => (
        <TagButton key={span.id} span={span} on={span.id === selected} {...(onSelect ? { onSelect } : {})} />
      ))}
      {trailing}
    </>
  );
}

function RunText({ run, text, on }: { readonly run: ReportRun; readonly text: string; readonly on: boolean }) {
  if (run.heading) return <b className="heading">{text}</b>;
  if (run.assertion === null && run.covers.length === 0) return text;
  const form = run.assertion ? FORM[run.assertion] : 'plain';
  return <mark className={`${form}${run.covers.length > 0 ? ' cited' : ''}${on ? ' on' : ''}`}>{text}</mark>;
}

interface TagProps {
  readonly span: TaggedSpan;
  readonly on: boolean;
  readonly onSelect?: (id: string) => void;
}

function TagButton({ span, on, onSelect }: TagProps) {
  return (
    <button
      type="button"
      className={`tag m-report${on ? ' full' : ''}`}
      aria-pressed={on}
      aria-label={`Reason ${String(span.tag)}`}
      onClick={() => {
        onSelect?.(span.id);
      }}
    >
      <span>{span.tag}</span>
    </button>
  );
}
