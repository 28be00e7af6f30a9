/** A box over an image in source pixels, with its number tag. */
export interface TaggedBox {
  readonly id: string;
  readonly tag: number;
  readonly box: readonly [x: number, y: number, width: number, height: number];
}

export interface ImageRegionsProps {
  readonly rows: number;
  readonly columns: number;
  readonly boxes: readonly TaggedBox[];
  readonly selected: string | null;
  readonly label: string;
}

/** Width at which the image stands on the page; keeps tags at 19 screen pixels whatever the matrix. */
const SHOWN_WIDTH = 332;

/** The regions over the picture: pale green on a dark outer line, readable on lung and on bone. */
export function ImageRegions({ rows, columns, boxes, selected, label }: ImageRegionsProps) {
  const unit = columns / SHOWN_WIDTH;
  return (
    <svg className="regions" viewBox={`0 0 ${String(columns)} ${String(rows)}`} role="img" aria-label={label}>
      {boxes.map((box) => (
        <Region key={box.id} box={box} unit={unit} on={box.id === selected} />
      ))}
    </svg>
  );
}

function Region({ box, unit, on }: { readonly box: TaggedBox; readonly unit: number; readonly on: boolean }) {
  const [x, y, width, height] = box.box;
  const side = 19 * unit;
  const top = y >= side ? y - side : y;
  return (
    <g className={on ? 'region on' : 'region'}>
      <rect className="outer" x={x} y={y} width={width} height={height} />
      <rect className="inner" x={x} y={y} width={width} height={height} />
      <rect className="plate" x={x} y={top} width={side} height={side} />
      <text x={x + side / 2} y={top + side * 0.75} fontSize={13 * unit} textAnchor="middle">
        {box.tag}
      </text>
    </g>
  );
}
