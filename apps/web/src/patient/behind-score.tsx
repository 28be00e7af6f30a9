import type { WireExplanation, WirePiece } from '@concord/contracts';
import { modalityWords, rationaleWords, signed } from '@concord/ui';

const STATE = { stale: 'too old', absent: 'not there', withheld: 'withheld', unused: 'not used' } as const;
const CAUSE = {
  data: 'the outcome itself, were everything known',
  model: 'what the model does not know',
  conflict: 'sources that disagree',
  missing: 'what is not there',
} as const;

/** What stands behind the bars: the reasons in sentences, what is awaited, and where the doubt comes from. */
export function BehindScore({ explanation }: { readonly explanation: WireExplanation }) {
  const { rationale, interactions, awaited, uncertainty, pieces = [] } = explanation;
  const together = interactions.filter(({ value }) => Math.abs(value) >= 0.005);
  return (
    <div className="behind" data-testid="behind-score">
      {rationale !== null && <p className="small two">{rationaleWords(rationale)}</p>}
      {together.length > 0 && (
        <p className="shares">
          <span>Together:</span>
          {together.map(({ modalities: [first, second], value }) => (
            <span key={`${first}+${second}`}>
              {word(first)} and {word(second)} <b>{signed(value)}</b>
            </span>
          ))}
        </p>
      )}
      {pieces.length > 0 && <Films pieces={pieces} />}
      <details>
        <summary>What is awaited, and where the doubt comes from</summary>
        <dl className="facts">
          {awaited.map(({ modality, state, expectedChange, widerBy }) => (
            <Awaited key={modality} name={word(modality)} state={STATE[state]} change={expectedChange} wider={widerBy} />
          ))}
          {Object.entries(CAUSE).map(([cause, words]) => (
            <Doubt key={cause} words={words} nats={uncertainty[cause as keyof typeof CAUSE]} />
          ))}
        </dl>
      </details>
    </div>
  );
}

/** Which films of the study the score read as one, and which it did not. */
function Films({ pieces }: { readonly pieces: readonly WirePiece[] }) {
  const read = pieces.filter(({ unusedReason }) => unusedReason === null);
  return (
    <p className="small two" data-testid="films-read">
      {`Of this study ${read.length === 1 ? 'one film was read' : `${read.length} films were read as one`}: ${read.map(({ text }, at) => (read.length < 2 ? text : `${text} (film ${String(at + 1)})`)).join(', ')}.`}
      {pieces.flatMap(({ text, unusedReason }) => (unusedReason === null ? [] : [` Not read: ${text}. ${unusedReason}`]))}
    </p>
  );
}

interface AwaitedProps {
  readonly name: string;
  readonly state: string;
  readonly change: number | null;
  readonly wider: number | null;
}

function Awaited({ name, state, change, wider }: AwaitedProps) {
  const moves = change === null ? 'how much it would change was not computed' : `would change the score by ${points(change)} on average`;
  const width = wider === null || wider < 0.005 ? '' : `; the interval is ${points(wider)} wider without it`;
  return (
    <>
      <dt>{name}</dt>
      <dd>{`${state}: ${moves}${width}`}</dd>
    </>
  );
}

function Doubt({ words, nats }: { readonly words: string; readonly nats: number | null }) {
  return (
    <>
      <dt>Doubt</dt>
      <dd>{`${words}: ${nats === null ? 'not computed' : `${nats.toFixed(3)} nats`}`}</dd>
    </>
  );
}

function points(share: number): string {
  const rounded = Math.round(share * 100);
  return rounded < 1 ? 'under 1 point' : `${rounded} point${rounded === 1 ? '' : 's'}`;
}

function word(modality: string): string {
  return modalityWords(modality).word.toLowerCase();
}
