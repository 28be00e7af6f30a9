import type { WorklistRow } from '@concord/contracts';
import { age } from './format.ts';
import { Glyph, type GlyphName } from './glyph.tsx';
import { MODALITY_ORDER, modalityWords, type InputState } from './words.ts';

type Inputs = WorklistRow['inputs'];
type Input = Inputs[number];

const STATE_GLYPH = { stale: 'i-stale', absent: 'i-dash', withheld: 'i-lock', unused: 'i-note' } as const satisfies Partial<Record<InputState, GlyphName>>;

/** In the fixed order; a modality that the order does not know comes last. */
export function inputsInOrder(inputs: Inputs): Inputs {
  const rank = (input: Input) => {
    const at = MODALITY_ORDER.findIndex((kind) => kind === input.modality);
    return at < 0 ? MODALITY_ORDER.length : at;
  };
  return [...inputs].sort((a, b) => rank(a) - rank(b));
}

/** One slot a modality: its own mark when used, else why not. */
export function InputSlots({ inputs, nowMs }: { readonly inputs: Inputs; readonly nowMs: number }) {
  const ordered = inputsInOrder(inputs);
  return (
    <>
      <span className="ins" aria-hidden="true">
        {ordered.map((input) => (
          <Slot key={input.modality} input={input} />
        ))}
      </span>
      <span className="l2">
        <span className="vh">{`${ordered.map((input) => inputWords(input, nowMs)).join(', ')}. `}</span>
        <span aria-hidden="true">{slotSummary(ordered, nowMs)}</span>
      </span>
    </>
  );
}

function Slot({ input }: { readonly input: Input }) {
  const words = modalityWords(input.modality);
  return input.state === 'used' ? (
    <span className={words.hue} title={`${words.word}: used`}>
      <Glyph name={words.glyph} />
    </span>
  ) : (
    <span className="m-off" title={`${words.word}: ${STATE_WORDS[input.state]}`}>
      <Glyph name={STATE_GLYPH[input.state]} />
    </span>
  );
}

export const STATE_WORDS: Readonly<Record<InputState, string>> = {
  used: 'used',
  stale: 'too old, not used',
  absent: 'none',
  withheld: 'withheld, not used',
  unused: 'not used',
};

/** `vitals used, 1 min`, `no report` */
export function inputWords(input: Input, nowMs: number): string {
  const word = modalityWords(input.modality).word.toLowerCase();
  if (input.state === 'absent') return `no ${word}`;
  const old = input.newestAt === null ? '' : `, ${age(Date.parse(input.newestAt), nowMs)}`;
  return `${word} ${STATE_WORDS[input.state]}${old}`;
}

/** The short line under the slots: what is missing or old, or that nothing is. */
export function slotSummary(inputs: Inputs, nowMs: number): string {
  const used = inputs.filter((input) => input.state === 'used');
  const absent = inputs.filter((input) => input.state === 'absent');
  const troubled = inputs.filter((input) => input.state !== 'used' && input.state !== 'absent');
  if (troubled.length > 0) return troubleWords(troubled, used.length, nowMs);
  if (absent.length === 0) return 'all used';
  if (used[0] && used.length === 1) return `${word(used[0])} only`;
  return absent.map((input) => `no ${word(input)}`).join(', ');
}

/** The first thing that is wrong, and how many more are. */
function troubleWords(troubled: Inputs, used: number, nowMs: number): string {
  const first = troubled.find((input) => input.state === 'stale') ?? troubled[0];
  if (!first) return '';
  if (used === 0 && first.state === 'unused') return 'none used';
  const more = troubled.length > 1 ? `, +${String(troubled.length - 1)}` : '';
  if (first.state === 'withheld') return `${String(troubled.length)} withheld`;
  const old = first.newestAt === null ? 'too old' : age(Date.parse(first.newestAt), nowMs);
  return `${word(first)} ${first.state === 'stale' ? old : 'not used'}${more}`;
}

function word(input: Input): string {
  return modalityWords(input.modality).word.toLowerCase();
}
