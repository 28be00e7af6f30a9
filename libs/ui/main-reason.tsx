import type { WireAssessment, WireNews2 } from '@concord/contracts';
import { Glyph } from './glyph.tsx';
import { reasonWords } from './reason-words.ts';
import { contributionWords, modalityWords, parameterWord } from './words.ts';
import { ranking } from './waterfall.ts';

interface Props {
  readonly assessment: WireAssessment | undefined;
  readonly news2: WireNews2;
}

/** Why, in one line: what raises the chance most; without a score, what makes up NEWS2. */
export function MainReason({ assessment, news2 }: Props) {
  const raising = ranking(assessment?.evidence ?? []).filter((item) => item.contribution > 0);
  const item = raising.find((one) => one.kind !== 'joint') ?? raising[0];
  if (!item) return <span className="three">{news2Reason(news2)}</span>;
  const { glyph, hue, word } = modalityWords(item.modality);
  return (
    <>
      <span className="why-one" title={reasonWords(item)}>
        <span className={hue}>
          <Glyph name={glyph} />
        </span>
        <span className="vh">{`${word}: `}</span>
        {reasonWords(item)}
      </span>
      <span className="l2">{contributionWords(item.contribution)}</span>
    </>
  );
}

/** `NEWS2: respiration +3, oxygen +2`, the two largest parts. */
export function news2Reason(news2: WireNews2): string {
  const parts = news2.parts.filter((part) => (part.points ?? 0) > 0).sort((a, b) => (b.points ?? 0) - (a.points ?? 0));
  if (parts.length === 0) return '–';
  return `NEWS2: ${parts
    .slice(0, 2)
    .map((part) => `${parameterWord(part.parameter)} +${String(part.points ?? 0)}`)
    .join(', ')}`;
}
