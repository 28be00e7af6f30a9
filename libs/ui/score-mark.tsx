import type { WireAssessment } from '@concord/contracts';
import { wholePercent } from './format.ts';
import { Glyph } from './glyph.tsx';
import { LEVELS, TIERS, abstentionShort } from './words.ts';

/** Chance in a row: shape, whole percent, word. No score stands in the same place and says why. */
export function ScoreMark({ assessment }: { readonly assessment: WireAssessment | undefined }) {
  if (!assessment) return <NoScore why="none to show" />;
  if (assessment.outcome === 'abstained' || assessment.probability === null) return <NoScore why={abstentionShort(assessment)} />;
  const tier = assessment.tier ?? 'usual';
  return (
    <div className={`sc t-${tier}`}>
      <Glyph name={TIERS[tier].glyph} />
      <span className={tier === 'usual' ? 'num dim' : 'num'}>
        {wholePercent(assessment.probability)}
        <i>&nbsp;%</i>
      </span>
      <span className="l2">
        <span className={`t-${tier}`}>{TIERS[tier].word}</span>
        {assessment.evidenceLevel && <span className="only-narrow">{` · ${LEVELS[assessment.evidenceLevel].word.toLowerCase()}`}</span>}
      </span>
    </div>
  );
}

function NoScore({ why }: { readonly why: string }) {
  return (
    <div className="sc t-none">
      <Glyph name="t-none" />
      <span className="nosc">No score</span>
      <span className="l2">{why}</span>
    </div>
  );
}

/** How the model was tested, not what the patient is. */
export function EvidenceMark({ level }: { readonly level: WireAssessment['evidenceLevel'] }) {
  if (level === null) return <span className="three">–</span>;
  return (
    <span className="ev">
      <Glyph name={LEVELS[level].glyph} />
      {LEVELS[level].word}
    </span>
  );
}
