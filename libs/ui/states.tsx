import type { ReactNode } from 'react';
import { Glyph, type GlyphName } from './glyph.tsx';

interface LineProps {
  readonly glyph: GlyphName;
  readonly children: ReactNode;
  /** Waits on the right: a way out. */
  readonly action?: ReactNode;
  readonly role?: 'status' | 'alert';
}

/** A line across the page: stale, offline. */
export function WarnLine({ glyph, children, action, role }: LineProps) {
  return (
    <div className="line warn" {...(role ? { role } : {})}>
      <Glyph name={glyph} />
      <span>{children}</span>
      {action}
    </div>
  );
}

interface PlateProps {
  readonly title: string;
  /** 1 where it is the whole page. */
  readonly level?: 1 | 2;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
  readonly headingId?: string;
}

/** An answer where a score would stand: no score, why, and what still holds. */
export function AbstainedPlate({ title, children, actions, headingId }: PlateProps) {
  return (
    <div className="none">
      <span className="t-none">
        <Glyph name="t-none" />
      </span>
      <div>
        <h3 {...(headingId ? { id: headingId } : {})}>{title}</h3>
        {children}
        {actions && <div className="acts">{actions}</div>}
      </div>
    </div>
  );
}

/** A whole page or pane that says one thing: nothing to open, empty, failed. */
export function Plate({ title, children, actions, level = 2 }: PlateProps) {
  return (
    <div className="plate">
      {level === 1 ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
      {actions && <div className="acts">{actions}</div>}
    </div>
  );
}

interface FailedProps {
  /** `The report` */
  readonly what: string;
  readonly reference: string | null;
  /** What still holds while this part is missing. */
  readonly rest: string;
  readonly at: string | null;
  readonly actions?: ReactNode;
  readonly level?: 1 | 2;
}

/** One part could not be shown; the reference finds it in the log. */
export function FailedPlate({ what, reference, rest, at, actions, level = 2 }: FailedProps) {
  const title = `${what} could not be shown`;
  return (
    <div className="plate" role="alert">
      {level === 1 ? <h1>{title}</h1> : <h2>{title}</h2>}
      <p>{rest}</p>
      <div className="acts">
        {actions}
        {reference && (
          <span className="two">
            Reference <b className="nb">{reference}</b>
            {at && `, ${at}`}
          </span>
        )}
      </div>
    </div>
  );
}

const ROWS = [0, 1, 2, 3, 4];

/** The shape of a list and no numbers: nothing here can be mistaken for a value. */
export function LoadingRows({ what, seconds }: { readonly what: string; readonly seconds: number }) {
  return (
    <div className="loading">
      <p role="status" className={seconds < 5 ? 'vh' : 'three'}>
        {seconds < 5 ? `Loading ${what}` : `Still loading ${what}, ${String(seconds)} s`}
      </p>
      <div aria-hidden="true">
        {ROWS.map((row) => (
          <div key={row} className="skrow">
            <i className="sk" />
            <span>
              <i className={`sk w${String((row % 3) + 1)}`} />
              <i className={`sk w${String(((row + 1) % 3) + 1)}`} />
            </span>
            <i className="sk" />
            <i className="sk" />
          </div>
        ))}
      </div>
    </div>
  );
}
