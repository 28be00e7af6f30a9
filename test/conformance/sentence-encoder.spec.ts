import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { SessionPool } from '@concord/adapters/onnx';
import { seededRng } from '@concord/core/kernel';
import { labelledSentence } from '@concord/generator';
import { readReport, sentenceWindow, tokensOf, WINDOW_PARTS, WINDOW_PLACES } from '@concord/modalities/radiology-report';
import { readAgain, secondReader, type ReaderBundle } from '@concord/pipeline/evaluate';

const models = new URL('../../infra/models/', import.meta.url).pathname;
const bundle = JSON.parse(readFileSync(join(models, 'sentence-reader/benchmark.json'), 'utf8')) as ReaderBundle;
const [batch = 1] = bundle.input.shape;
const SIZE = WINDOW_PLACES * WINDOW_PARTS;

const SENTENCES = [
  'No pleural effusion or pneumothorax.',
  'There is patchy consolidation in the left lower lobe.',
  'Pneumonia cannot be excluded.',
  'Old healed right rib fractures.',
  'Cardiomegaly is unchanged.',
];

describe('the sentence encoder of the lab', () => {
  const pool = new SessionPool({ blocks: join(models, 'blocks'), threads: 1 });
  afterAll(() => pool.close());

  /** Logits of windows at the given rows of one batch, the rest of it filled with `other`. */
  async function logitsAt(windows: readonly Float32Array[], rows: readonly number[], other: number): Promise<readonly Float32Array[]> {
    const data = new Float32Array(batch * SIZE).fill(other);
    windows.forEach((window, at) => {
      data.set(window, (rows[at] ?? 0) * SIZE);
    });
    const said = await pool.run(bundle.block, { [bundle.input.name]: { data, shape: bundle.input.shape } });
    const logits = said[bundle.output.name]!;
    const width = logits.shape[1] ?? 0;
    return windows.map((_, at) => logits.data.slice((rows[at] ?? 0) * width, ((rows[at] ?? 0) + 1) * width));
  }

  const windowsOf = (text: string): ReadonlyMap<string, Float32Array> => {
    const { sentences, assertions } = readReport(text);
    return new Map(
      assertions.map((assertion) => {
        const sentence = sentences[assertion.sentence]!;
        return [text.slice(sentence.start, sentence.end) + assertion.finding, sentenceWindow(tokensOf(text, sentence), assertion)];
      }),
    );
  };

  it('says of a sentence what it says of it alone: leaving another one out of the report changes no bit', async () => {
    const whole = windowsOf(`FINDINGS: ${SENTENCES.join(' ')}`);
    expect(whole.size).toBe(6);
    const together = await logitsAt([...whole.values()], [0, 1, 2, 3, 4, 5], 0);
    for (const left of SENTENCES) {
      const rest = windowsOf(`FINDINGS: ${SENTENCES.filter((each) => each !== left).join(' ')}`);
      expect(rest.size).toBeLessThan(whole.size);
      const names = [...rest.keys()];
      // Other places in the batch, other companions: what is exact may not hang on either.
      const alone = await logitsAt(
        [...rest.values()],
        names.map((_, at) => batch - 1 - at),
        7,
      );
      names.forEach((name, at) => {
        const before = [...whole.keys()].indexOf(name);
        expect([...alone[at]!]).toEqual([...together[before]!]);
      });
    }
  });

  it('never sees what the condition is called', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.constantFrom('stroke', 'pleural effusion', 'carcinoma of the left lung'), (seed, other) => {
        const { text, conditions } = labelledSentence(seededRng(`name-${seed}`));
        const [first] = conditions;
        if (first === undefined) return;
        const renamed = text.slice(0, first.start) + other + text.slice(first.end);
        const moved = { start: first.start, end: first.start + other.length };
        expect(sentenceWindow(tokensOf(renamed), moved)).toEqual(sentenceWindow(tokensOf(text), first));
      }),
      { numRuns: 200 },
    );
  });

  it('reads sentences of its own grammar that it never saw', async () => {
    const reader = secondReader(bundle, pool);
    const rng = seededRng('never-seen');
    const asked = Array.from({ length: 300 }, () => labelledSentence(rng)).flatMap(({ text, conditions }) =>
      conditions.map((condition) => ({ meant: condition.meant, window: sentenceWindow(tokensOf(text), condition) })),
    );
    const said = await reader(asked.map(({ window }) => window));
    const right = asked.filter(({ meant }, at) => said[at] === meant).length;
    expect(right / asked.length).toBeGreaterThan(0.97);
  });

  it('leaves a phrase that names the normal counterpart to the rules', async () => {
    const text = 'FINDINGS: Heart size is normal. No pneumothorax.';
    const again = await readAgain(text, readReport(text), secondReader(bundle, pool));
    expect(again.assertions.map(({ finding, assertion }) => [finding, assertion])).toEqual([
      ['cardiomegaly', 'absent'],
      ['pneumothorax', 'absent'],
    ]);
  });
});
