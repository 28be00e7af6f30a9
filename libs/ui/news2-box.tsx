import type { WireNews2 } from '@concord/contracts';
import { NBSP } from './format.ts';
import { bandWord } from './words.ts';

/** NEWS2 as NEWS2: a box, never a percent. Filled, outlined, bare or dashed; the word says it too. */
export function News2Box({ news2 }: { readonly news2: WireNews2 }) {
  if (!news2.applies) {
    return (
      <div className="n2 b-off">
        <b aria-hidden="true">–</b>
        <span>not for this patient</span>
      </div>
    );
  }
  if (news2.total === null) {
    return (
      <div className={news2.atLeast >= 7 ? 'n2 b-part b-grave' : 'n2 b-part'}>
        <b>{`≥${NBSP}${String(news2.atLeast)}`}</b>
        <span>
          {`${String(news2.measured)} of 7`}
          <br />
          no band
        </span>
      </div>
    );
  }
  return (
    <div className={`n2 b-${news2.band ?? 'low'}`}>
      <b>{news2.total}</b>
      <span>{bandWord(news2)}</span>
    </div>
  );
}

/** The same in a sentence: `6, urgent.` or `≥ 5 (6 of 7, no band).` */
export function News2Words({ news2 }: { readonly news2: WireNews2 }) {
  if (!news2.applies) return <>NEWS2 was not made for this patient.</>;
  if (news2.total === null) {
    return (
      <>
        <b>{`≥${NBSP}${String(news2.atLeast)}`}</b>
        {` (${String(news2.measured)} of 7, no band).`}
      </>
    );
  }
  const tone = news2.band === 'emergency' ? 't-high' : news2.band === 'low' ? undefined : 't-raised';
  return (
    <>
      <b className={tone}>{`${String(news2.total)}, ${bandWord(news2)}.`}</b>
      {' All 7 fresh.'}
    </>
  );
}
