import { seededRng } from '@concord/core/kernel';
import { chestFacts, CONDITIONS, labelledSentence, sentenceOf, type LabelledSentence, type Meant } from '@concord/generator';
import { ASSERTIONS, readReport, sentenceWindow, tokensOf, WINDOW_PARTS, WINDOW_PLACES } from '@concord/modalities/radiology-report';
import type { Rng } from '@concord/core/ports';
import type { NpzArray } from './npz.ts';

/** Share of sentences that a reader of the demo's films would write; the others are the wider grammar of clinical sentences. */
const OF_REPORTS = 0.3;
const DENYING = /\b(?:no|not|without|negative|free)\b/i;

/**
 * Conditions in sentences of the project's own grammars, each with how it is meant.
 * @returns `window` [n, places, 3] numbers of words, `meant` [n] (index of ASSERTIONS), `sentence` [n].
 */
export function sentenceTensors(count: number, seed: number): readonly NpzArray[] {
  const rng = seededRng(`sentences-${seed}`);
  const rows = Array.from({ length: count }, (_, sentence) => {
    const { text, conditions } = rng.next() < OF_REPORTS ? ofReport(rng) : labelledSentence(rng);
    const tokens = tokensOf(text, { start: 0, end: text.length });
    return conditions.map((condition) => ({ sentence, meant: ASSERTIONS.indexOf(condition.meant), window: sentenceWindow(tokens, condition) }));
  }).flat();
  const size = WINDOW_PLACES * WINDOW_PARTS;
  const data = new Float32Array(rows.length * size);
  rows.forEach(({ window }, at) => {
    data.set(window, at * size);
  });
  return [
    { name: 'window', shape: [rows.length, WINDOW_PLACES, WINDOW_PARTS], data },
    { name: 'meant', shape: [rows.length], data: Int32Array.from(rows, ({ meant }) => meant) },
    { name: 'sentence', shape: [rows.length], data: Int32Array.from(rows, ({ sentence }) => sentence) },
  ];
}

/** A sentence of a drawn report; the lexicon finds the words, the drawn fact says how they are meant. */
function ofReport(rng: Rng): LabelledSentence {
  const condition = CONDITIONS[Math.floor(rng.next() * CONDITIONS.length)] ?? CONDITIONS[0];
  const facts = chestFacts({ condition, severity: rng.next(), rng }).filter(({ finding }) => finding !== 'device');
  const fact = facts[Math.floor(rng.next() * facts.length)];
  if (fact === undefined) return { text: '', conditions: [] };
  const text = sentenceOf(fact, rng);
  const named = readReport(text).assertions.filter(({ finding }) => finding === fact.finding);
  // "Heart size is normal" names the normal counterpart: there is no condition in it to hide, and no word that denies one.
  if (fact.certainty === 'absent' && !DENYING.test(text)) return { text, conditions: [] };
  const meant: Meant = fact.certainty;
  return { text, conditions: named.slice(0, 1).map(({ start, end }) => ({ start, end, meant })) };
}
