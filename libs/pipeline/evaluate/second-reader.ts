import type { Sha256 } from '@concord/core/clinical';
import type { ModelRunner } from '@concord/core/ports';
import {
  ASSERTIONS,
  circumstancesOf,
  sentenceWindow,
  tokensOf,
  WINDOW_PARTS,
  WINDOW_PLACES,
  type Assertion,
  type DerivedReport,
  type Span,
  type Token,
} from '@concord/modalities/radiology-report';

/** How conditions are meant, by their windows: the lab's sentence encoder, judged beside the rules. */
export type SecondReader = (windows: readonly Float32Array[]) => Promise<readonly Assertion[]>;

/** The lab's bundle of the encoder; it is never served. */
export interface ReaderBundle {
  readonly block: Sha256;
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  readonly output: { readonly name: string; readonly shape: readonly number[] };
}

/** Binds the encoder: fixed batches, the last one filled up; what stands beside a window in its batch changes no bit of its answer. */
export function secondReader({ block, input, output }: ReaderBundle, runner: ModelRunner): SecondReader {
  const batch = input.shape[0] ?? 1;
  const size = WINDOW_PLACES * WINDOW_PARTS;
  return async (windows) => {
    const said: Assertion[] = [];
    for (let at = 0; at < windows.length; at += batch) {
      const part = windows.slice(at, at + batch);
      const data = new Float32Array(batch * size);
      part.forEach((window, row) => {
        data.set(window, row * size);
      });
      const logits = (await runner.run(block, { [input.name]: { data, shape: input.shape } }))[output.name]?.data ?? new Float32Array(0);
      part.forEach((_, row) => said.push(strongest(logits.subarray(row * ASSERTIONS.length, (row + 1) * ASSERTIONS.length))));
    }
    return said;
  };
}

function strongest(logits: Float32Array): Assertion {
  return ASSERTIONS[logits.indexOf(Math.max(...logits))] ?? 'present';
}

/** The same findings, each meant as the encoder says. A phrase that names the normal counterpart ("heart size is normal") stays as the rules read it. */
export async function readAgain(text: string, derived: DerivedReport, reader: SecondReader): Promise<DerivedReport> {
  const asked = derived.assertions.map((assertion) => {
    const tokens = sentenceTokens(text, derived.sentences[assertion.sentence]);
    const namesNormal = assertion.assertion === 'absent' && !circumstancesOf(tokens, assertion).has('absent');
    return { assertion, window: namesNormal ? undefined : sentenceWindow(tokens, assertion) };
  });
  const said = await reader(asked.flatMap(({ window }) => (window === undefined ? [] : [window])));
  let next = 0;
  return {
    ...derived,
    assertions: asked.map(({ assertion, window }) => {
      if (window === undefined) return assertion;
      next += 1;
      return { ...assertion, assertion: said[next - 1] ?? assertion.assertion };
    }),
  };
}

function sentenceTokens(text: string, sentence: Span | undefined): readonly Token[] {
  return sentence === undefined ? [] : tokensOf(text, sentence);
}
