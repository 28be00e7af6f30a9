import type { ReactElement } from 'react';

const SHAPES = {
  't-high': <path d="M8 1.5 15 14H1z" fill="currentColor" stroke="none" />,
  't-raised': <path d="M8 1.6 14.4 8 8 14.4 1.6 8z" fill="currentColor" stroke="none" />,
  't-usual': <circle cx="8" cy="8" r="5" />,
  't-none': (
    <>
      <circle cx="8" cy="8" r="5.6" strokeDasharray="2.4 2" />
      <path d="M5.2 8h5.6" />
    </>
  ),
  'e-real': <path d="M2 2h12v12H2z" fill="currentColor" stroke="none" />,
  'e-transferred': (
    <>
      <path d="M2.7 2.7h10.6v10.6H2.7z" />
      <path d="M2.7 13.3V2.7h10.6z" fill="currentColor" stroke="none" />
    </>
  ),
  'e-assembled': (
    <>
      <path d="M2.7 2.7h10.6v10.6H2.7zM8 2.7v10.6M2.7 8h10.6" />
      <path d="M2.7 2.7H8V8H2.7zM8 8h5.3v5.3H8z" fill="currentColor" stroke="none" />
    </>
  ),
  'e-synthetic': <path d="M2.7 2.7h10.6v10.6H2.7z" strokeDasharray="2.4 2" />,
  'm-signal': <path d="M1 9h3l2-6 3.4 10.4L11.4 8H15" />,
  'm-report': <path d="M2 3.2h12M2 6.4h12M2 9.6h12M2 12.8h7" />,
  'm-image': (
    <>
      <path d="M1.8 1.8h12.4v12.4H1.8z" />
      <path d="M7 4.6c-2 .4-2.9 3.4-2.8 6.8H7zM9 4.6c2 .4 2.9 3.4 2.8 6.8H9z" />
    </>
  ),
  'm-labs': <path d="M5 1.8h6M6 1.8v10a2 2 0 0 0 4 0v-10M6 8h4" />,
  'i-stale': (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 4.4V8l2.6 1.8" />
    </>
  ),
  'i-lock': <path d="M3.5 7.2h9v6.3h-9zM5.3 7.2V5a2.7 2.7 0 0 1 5.4 0v2.2" />,
  'i-differ': <path d="M2.5 5.5h11M2.5 10.5h11M11 2.5 5 13.5" />,
  'i-ok': <path d="M2.5 8.6 6.3 12.4 13.6 4" />,
  'i-note': (
    <>
      <circle cx="8" cy="8" r="6.2" />
      <path d="M8 4.4v4.6M8 11v1.2" />
    </>
  ),
  'i-off': <path d="M2 13.5 13.5 2M4.5 10.5a5 5 0 0 1 7-7M8 12.6v1.2" />,
  'i-dash': <path d="M5 8h6" />,
} as const satisfies Record<string, ReactElement>;

export type GlyphName = keyof typeof SHAPES;

/** A mark beside its word; it never speaks alone, so it is silent to a screen reader. */
export function Glyph({ name }: { readonly name: GlyphName }) {
  return (
    <svg className="g" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {SHAPES[name]}
    </svg>
  );
}

/** The product's sign: three strands that come together. */
export function ConcordSign() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d="M2 4c6 0 6 6 16 6M2 10h16M2 16c6 0 6-6 16-6" />
    </svg>
  );
}

/** The hatch that means "nothing known here"; once per page. */
export function HatchDefs() {
  return (
    <svg className="sprite" aria-hidden="true" focusable="false">
      <defs>
        <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V5" stroke="currentColor" strokeOpacity=".4" />
        </pattern>
      </defs>
    </svg>
  );
}
