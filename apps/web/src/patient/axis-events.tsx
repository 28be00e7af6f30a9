'use client';

import type { Timeline } from '@concord/contracts';
import { age, percent, wholePercent } from '@concord/ui';
import { IMAGES_HEIGHT, LEFT, REPORTS_HEIGHT, SCORE_HEIGHT, TOP, shownAt, type AxisFrame } from './axis-frame.ts';
import type { AxisProps } from './time-axis.tsx';

type Props = AxisProps & { readonly frame: AxisFrame };

/** Reports, images and the score below the vitals, on the same axis. */
export function EventLanes(props: Props) {
  const reports = TOP + props.frame.stack;
  const images = reports + REPORTS_HEIGHT;
  return (
    <>
      <Reports {...props} top={reports} />
      <Images {...props} top={images} />
      <Scores {...props} top={images + IMAGES_HEIGHT} />
    </>
  );
}

interface Mark {
  readonly key: string;
  readonly at: number;
  readonly words: string;
  readonly used: boolean;
  /** The strongest reason that points into it. */
  readonly reason: string | null;
}

function Reports({ timeline, evidence, top, ...rest }: Props & { readonly top: number }) {
  const marks = timeline.reports.map((report): Mark => {
    const cited = evidence.filter((item) => item.kind === 'report-span' && item.pointer.reportId === report.reportId);
    return {
      key: `${report.reportId}/${String(report.version)}`,
      at: Date.parse(report.issued),
      words: `${report.title}, ${report.status}`,
      used: report.used,
      reason: strongest(cited, rest.tags),
    };
  });
  return <MarkLane name="Reports" marks={marks} hue="evr" top={top} height={REPORTS_HEIGHT} {...rest} />;
}

function Images({ timeline, evidence, top, ...rest }: Props & { readonly top: number }) {
  const marks = timeline.images.map((image): Mark => {
    const cited = evidence.filter((item) => item.kind === 'image-region' && item.pointer.sopInstanceUid === image.sopInstanceUid);
    return {
      key: image.sopInstanceUid,
      at: Date.parse(image.at),
      words: [image.modality, image.viewPosition, image.unusedReason === null ? '' : ', not used'].filter(Boolean).join(' ').replace(' ,', ','),
      used: image.unusedReason === null,
      reason: strongest(cited, rest.tags),
    };
  });
  return <MarkLane name="Images" marks={marks} hue="evi" top={top} height={IMAGES_HEIGHT} {...rest} />;
}

function strongest(items: AxisProps['evidence'], tags: AxisProps['tags']): string | null {
  const tagged = items.filter((item) => tags.has(item.id));
  return tagged.sort((a, b) => (tags.get(a.id) ?? 0) - (tags.get(b.id) ?? 0))[0]?.id ?? null;
}

interface LaneProps extends Pick<Props, 'frame' | 'tags' | 'focus' | 'nowMs'> {
  readonly name: string;
  readonly marks: readonly Mark[];
  readonly hue: 'evr' | 'evi';
  readonly top: number;
  readonly height: number;
}

function MarkLane({ name, marks, hue, top, height, frame, tags, focus, nowMs }: LaneProps) {
  const shown = marks.filter((mark) => shownAt(frame, mark.at)).sort((a, b) => a.at - b.at);
  const newest = [...marks].sort((a, b) => b.at - a.at)[0];
  const middle = top + height / 2;
  return (
    <g>
      <text className="lab" x="0" y={middle + 4}>
        {name}
      </text>
      <path className="grid" d={`M${String(LEFT)} ${String(top + height)}H${String(frame.edge)}`} />
      {shown.map((mark, index) => (
        <MarkPlate
          key={mark.key}
          mark={mark}
          x={frame.x(mark.at)}
          roomLeft={frame.x(mark.at) - (index === 0 ? LEFT : frame.x(shown[index - 1]?.at ?? 0)) - 18}
          middle={middle}
          hue={hue}
          tag={mark.reason === null ? null : (tags.get(mark.reason) ?? null)}
          on={mark.reason !== null && focus.selected?.id === mark.reason}
          onSelect={() => {
            if (mark.reason !== null) focus.select(mark.reason);
          }}
        />
      ))}
      {shown.length === 0 && (
        <text x={LEFT + 6} y={middle + 4}>
          {newest ? `newest ${age(newest.at, nowMs)} ago, before this window` : 'none'}
        </text>
      )}
      {newest && focus.cursor === null && (
        <text x={frame.edge + 58} y={middle + 4}>
          {age(newest.at, nowMs)}
        </text>
      )}
    </g>
  );
}

interface PlateProps {
  readonly mark: Mark;
  readonly x: number;
  /** Pixels free to the left, for the words. */
  readonly roomLeft: number;
  readonly middle: number;
  readonly hue: 'evr' | 'evi';
  readonly tag: number | null;
  readonly on: boolean;
  readonly onSelect: () => void;
}

function MarkPlate({ mark, x, roomLeft, middle, hue, tag, on, onSelect }: PlateProps) {
  const fits = mark.words.length * 6.4 < roomLeft;
  return (
    <g {...(mark.reason === null ? {} : { className: 'point', onClick: onSelect })}>
      <title>{mark.words}</title>
      {tag === null ? (
        <rect className={mark.used ? hue : 'evo'} x={x - 4} y={middle - 5} width="8" height="10" />
      ) : (
        <rect className={hue} x={x - 9} y={middle - 9} width="18" height="18" rx="2" />
      )}
      {on && <rect className="ring" x={x - 11.5} y={middle - 11.5} width="23" height="23" rx="3" />}
      {tag !== null && (
        <text className="inv" x={x} y={middle + 4.5} textAnchor="middle">
          {tag}
        </text>
      )}
      {fits && (
        <text x={x - (tag === null ? 9 : 13)} y={middle + 4} textAnchor="end">
          {mark.words}
        </text>
      )}
    </g>
  );
}

/** Scores as steps from 0 to 50 %; hatch where there was none. */
function Scores({ timeline, frame, focus, top, nowMs }: Props & { readonly top: number }) {
  const high = Math.max(0.5, ...timeline.scores.map((score) => score.probability ?? 0));
  const y = (probability: number) => top + SCORE_HEIGHT - 5 - (probability / high) * (SCORE_HEIGHT - 12);
  const steps = stepsOf(timeline.scores, frame);
  const newest = timeline.scores.at(-1);
  const middle = top + SCORE_HEIGHT / 2;
  return (
    <g>
      <text className="lab" x="0" y={middle - 2}>
        Score
      </text>
      <text x="0" y={middle + 12}>
        24&nbsp;h, %
      </text>
      <text x={LEFT - 6} y={y(high) + 6} textAnchor="end">
        {Math.round(high * 100)}
      </text>
      <text x={LEFT - 6} y={y(0) + 3} textAnchor="end">
        0
      </text>
      <path className="ground" d={`M${String(LEFT)} ${String(top + SCORE_HEIGHT)}H${String(frame.width)}`} />
      {steps.map((step) =>
        step.probability === null ? (
          <g key={step.from} className="gap">
            <rect x={step.x1} y={top + 2} width={step.x2 - step.x1} height={SCORE_HEIGHT - 4} fill="url(#hatch)" />
            {step.x2 - step.x1 > 70 && (
              <text x={(step.x1 + step.x2) / 2} y={middle + 4} textAnchor="middle">
                no score
              </text>
            )}
          </g>
        ) : (
          <path
            key={step.from}
            className="stp"
            d={`M${step.x1.toFixed(1)} ${y(step.before ?? step.probability).toFixed(1)}V${y(step.probability).toFixed(1)}H${step.x2.toFixed(1)}`}
          />
        ),
      )}
      <ScoreNow
        score={focus.cursor === null ? newest : scoreAt(timeline.scores, focus.cursor)}
        aged={focus.cursor === null}
        frame={frame}
        y={middle + 5}
        nowMs={nowMs}
      />
    </g>
  );
}

interface Step {
  readonly from: number;
  readonly x1: number;
  readonly x2: number;
  readonly probability: number | null;
  /** Of the step before, when the two touch. */
  readonly before: number | null;
}

function stepsOf(scores: Timeline['scores'], frame: AxisFrame): readonly Step[] {
  return scores.flatMap((score, index) => {
    const from = Date.parse(score.asOf);
    const next = scores[index + 1];
    const to = next ? Date.parse(next.asOf) : frame.to;
    if (to <= frame.from || from >= frame.to) return [];
    const before = from > frame.from ? (scores[index - 1]?.probability ?? null) : null;
    return [{ from, x1: frame.x(Math.max(from, frame.from)), x2: frame.x(Math.min(to, frame.to)), probability: score.probability, before }];
  });
}

function scoreAt(scores: Timeline['scores'], at: number): Timeline['scores'][number] | undefined {
  return scores.filter((score) => Date.parse(score.asOf) <= at).at(-1);
}

interface ScoreNowProps {
  readonly score: Timeline['scores'][number] | undefined;
  readonly aged: boolean;
  readonly frame: AxisFrame;
  readonly y: number;
  readonly nowMs: number;
}

function ScoreNow({ score, aged, frame, y, nowMs }: ScoreNowProps) {
  if (!score || score.probability === null) {
    return (
      <text x={frame.edge + 12} y={y}>
        no score
      </text>
    );
  }
  return (
    <>
      <text className="val" x={frame.edge + 12} y={y}>
        <title>{percent(score.probability)}</title>
        {wholePercent(score.probability)}
      </text>
      {aged && (
        <text x={frame.edge + 58} y={y}>
          {age(Date.parse(score.asOf), nowMs)}
        </text>
      )}
    </>
  );
}
