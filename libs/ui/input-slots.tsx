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
  const named = (state: InputState) => inputs.filter((input) => input.state === state);
  const word = (input: Input) => modalityWords(input.modality).word.toLowerCase();
  const used = named('used');
  if (used.length === inputs.length) return 'all used';
  if (used.length === 1 && used[0] && named('absent').length === inputs.length - 1) return `${word(used[0])} only`;
  const spoken = [
    ...named('stale').map((input) => `${word(input)} ${input.newestAt === null ? 'too old' : age(Date.parse(input.newestAt), nowMs)}`),
    ...named('unused').map((input) => `${word(input)} not used`),
    ...(named('withheld').length > 0 ? [`${String(named('withheld').length)} withheld`] : []),
  ];
  if (spoken.length === 0)
    return named('absent')
      .map((input) => `no ${word(input)}`)
      .join(', ');
  return spoken.length > 1 ? `${spoken[0] ?? ''}, +${String(spoken.length - 1)}` : spoken.join('');
}
