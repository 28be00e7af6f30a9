import type { WireConcordance } from '@concord/contracts';
import { byVerdict, findingWord, REVIEWS, signLines, statementWords, verdictWords, type Agreement, type SignLineWords } from './agreement-words.ts';
import { when } from './format.ts';
import { Glyph } from './glyph.tsx';
import { WarnLine } from './states.tsx';

interface Props {
  readonly concordance: WireConcordance;
  readonly nowMs: number;
  readonly zone: string;
}

/** Finding by finding, what each source says and whether they agree. */
export function FindingsList({ concordance, nowMs, zone }: Props) {
  const { findings, signs, mislinkSuspected, review } = concordance;
  return (
    <>
      {mislinkSuspected && (
        <WarnLine glyph="i-note">
          <b>Report and film may be of two people.</b> They contradict each other twice and agree on nothing. Check the names on both.
        </WarnLine>
      )}
      <ul className="findings">
        {findings.toSorted(byVerdict).map((each) => (
          <Line key={each.finding} each={each} />
        ))}
      </ul>
      {signs.length > 0 && (
        <ul className="findings" aria-label="Signs that two devices measure">
          {signLines(signs).map((line) => (
            <SignLine key={`${line.name} ${line.said}`} {...line} />
          ))}
        </ul>
      )}
      {review && <p className="small two">{`Second look: ${REVIEWS[review.outcome]} (${review.by}, ${when(Date.parse(review.at), nowMs, zone)}).`}</p>}
    </>
  );
}

function Line({ each }: { readonly each: Agreement }) {
  const { glyph, word } = verdictWords(each);
  return (
    <li className={`v-${each.verdict}`}>
      <Glyph name={glyph} />
      <span>
        <b>{findingWord(each.finding)}</b>
        <span className="verdict">{word}</span>
        <span className="said">{each.statements.map(statementWords).join('; ')}</span>
        {each.verdict === 'disagree' && each.statements.filter(({ kind }) => kind === 'report-span').map(({ text }) => <q key={text}>{unquoted(text)}</q>)}
      </span>
    </li>
  );
}

function SignLine({ verdict, name, glyph, word, said }: SignLineWords) {
  return (
    <li className={`v-${verdict}`}>
      <Glyph name={glyph} />
      <span>
        <b>{name}</b>
        <span className="verdict">{word}</span>
        <span className="said">{said}</span>
      </span>
    </li>
  );
}

function unquoted(text: string): string {
  return text.replace(/^“|”$/g, '');
}
