import { signed, storedPercent, when } from './format.ts';
import { Glyph } from './glyph.tsx';
import { reasonWords } from './reason-words.ts';
import { contributionWords, modalityWords } from './words.ts';
import { stripScale, type Waterfall, type WhyStep } from './waterfall.ts';

const STRIP = 128;
const PAD = 5;

export interface WhyListProps {
  readonly waterfall: Waterfall;
  /** Stored, four decimals: the sum is calibrated to it. */
  readonly probability: number;
  readonly selected: string | null;
  readonly related: ReadonlySet<string>;
  readonly onSelect?: (id: string) => void;
  /** Shows every reason by itself. */
  readonly onUnfold?: () => void;
  /** Says where an item points: `chest AP 22:31`. */
  readonly place: (step: WhyStep) => string;
}

/** Why: from before any evidence to the sum, every bar in log-odds, so that they add up before your eyes. */
export function WhyList({ waterfall, probability, selected, related, onSelect, onUnfold, place }: WhyListProps) {
  const x = stripScale(waterfall, STRIP, PAD);
  return (
    <ol className="why">
      <li className="end0">
        <span>Before any evidence</span>
        <Post at={x(waterfall.start)} link="down" />
        <span className="v">{signed(waterfall.start)}</span>
      </li>
      {waterfall.steps.map((step) => (
        <WhyLine
          key={step.item?.id ?? 'rest'}
          step={step}
          x={x}
          place={place(step)}
          state={step.item?.id === selected ? 'on' : related.has(step.item?.id ?? '') ? 'same' : 'rest'}
          {...(onSelect ? { onSelect } : {})}
          {...(onUnfold ? { onUnfold } : {})}
        />
      ))}
      <li className="end0 sum">
        <span>{`Sum, then calibrated to ${storedPercent(probability)}`}</span>
        <Post at={x(waterfall.end)} link="up" />
        <span className="v">{signed(waterfall.end)}</span>
      </li>
    </ol>
  );
}

interface LineProps {
  readonly step: WhyStep;
  readonly x: (logit: number) => number;
  readonly place: string;
  readonly state: 'on' | 'same' | 'rest';
  readonly onSelect?: (id: string) => void;
  readonly onUnfold?: () => void;
}

function WhyLine({ step, x, place, state, onSelect, onUnfold }: LineProps) {
  const { item, tag } = step;
  const words = item ? modalityWords(item.modality) : { word: 'Rest', glyph: 'i-note' as const, hue: 'm-off' as const };
  const said = [contributionWords(step.contribution), item ? place : 'added up'].filter(Boolean).join(', ');
  return (
    <li className={state}>
      <span className={`tag ${words.hue}${state === 'on' ? ' full' : ''}`} aria-hidden={tag === null}>
        <span>{tag ?? '+'}</span>
      </span>
      <span className={words.hue}>
        <Glyph name={words.glyph} />
        <span className="vh">{words.word}</span>
      </span>
      <Reason
        step={step}
        said={said}
        pressed={state === 'on'}
        act={
          item
            ? onSelect &&
              (() => {
                onSelect(item.id);
              })
            : onUnfold
        }
      />
      <Bar step={step} x={x} hue={words.hue} />
      <span className="v">{signed(step.contribution)}</span>
    </li>
  );
}

interface ReasonProps {
  readonly step: WhyStep;
  readonly said: string;
  readonly pressed: boolean;
  readonly act: (() => void) | undefined;
}

/** The words of a reason; pressing them shows where it stands, or what was folded. */
function Reason({ step: { item, count }, said, pressed, act }: ReasonProps) {
  const text = item ? reasonWords(item) : `${String(count)} smaller reasons${act ? ', show' : ''}`;
  const words = (
    <>
      <span className="reason-text">{text}</span>
      <small>{said}</small>
    </>
  );
  if (!act) return <span className="reason">{words}</span>;
  return (
    <button type="button" className="reason" {...(item ? { 'aria-pressed': pressed } : {})} onClick={act}>
      {words}
    </button>
  );
}

/** Filled raises, hollow lowers; a hairline carries the running sum to the next line. */
function Bar({ step, x, hue }: { readonly step: WhyStep; readonly x: (logit: number) => number; readonly hue: string }) {
  const from = x(step.from);
  const to = x(step.to);
  return (
    <span className={hue}>
      <svg className="w" viewBox={`0 0 ${String(STRIP)} 22`} aria-hidden="true">
        <path className="link" d={`M${from.toFixed(1)} 0V6M${to.toFixed(1)} 16V22`} />
        <rect
          className={step.contribution < 0 ? 'beam lower' : 'beam'}
          x={Math.min(from, to).toFixed(1)}
          y="6"
          width={Math.max(1.5, Math.abs(to - from)).toFixed(1)}
          height="10"
        />
      </svg>
    </span>
  );
}

function Post({ at, link }: { readonly at: number; readonly link: 'up' | 'down' }) {
  return (
    <svg className="w" viewBox={`0 0 ${String(STRIP)} 22`} aria-hidden="true">
      <path className="link" d={`M${at.toFixed(1)} ${link === 'up' ? '0V5' : '17V22'}`} />
      <rect className="post" x={(at - 1.5).toFixed(1)} y="5" width="3" height="12" />
    </svg>
  );
}

/** Where a signal window lies in time: `21:10 to 03:10`. */
export function hoursWords(pointer: { readonly from: string; readonly to: string }, nowMs: number, zone: string): string {
  return `${when(Date.parse(pointer.from), nowMs, zone)} to ${when(Date.parse(pointer.to), nowMs, zone)}`;
}
