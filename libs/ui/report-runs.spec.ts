import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportRuns } from './report-runs.ts';

const text = 'FINDINGS: New patchy opacity. No pleural effusion.\nIMPRESSION: Infection not excluded.';
const place = (part: string) => ({ start: text.indexOf(part), end: text.indexOf(part) + part.length });
const report = {
  text,
  sections: [
    { name: 'FINDINGS', start: 'FINDINGS: '.length, end: text.indexOf('IMPRESSION') },
    { name: 'IMPRESSION', start: text.indexOf('Infection'), end: text.length },
  ],
  assertions: [
    { ...place('patchy opacity'), finding: 'opacity', assertion: 'present' as const },
    { ...place('No pleural effusion'), finding: 'effusion', assertion: 'absent' as const },
  ],
};

describe('a report on the screen', () => {
  it('loses and adds no character, whatever points into it', () => {
    const edge = fc.nat({ max: text.length });
    fc.assert(
      fc.property(fc.array(fc.tuple(edge, edge), { maxLength: 8 }), (pairs) => {
        const spans = pairs.map(([a, b], index) => ({ id: String(index), tag: index + 1, start: Math.min(a, b), end: Math.max(a, b) }));
        expect(
          reportRuns(report, spans)
            .map((run) => run.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });

  it('says "absent" once, at the end of what is absent', () => {
    const said = reportRuns(report, [{ id: 'x', tag: 5, ...place('pleural') }]).filter((run) => run.says === 'absent');
    expect(said).toHaveLength(1);
    expect(said[0]?.text.trim()).toBe('effusion');
  });

  it('puts the tag of a reason where its words end', () => {
    const tagged = reportRuns(report, [{ id: 'x', tag: 4, ...place('New patchy opacity.') }]).filter((run) => run.ends.length > 0);
    expect(tagged.map((run) => run.end)).toEqual([place('New patchy opacity.').end]);
  });

  it('knows a heading only where a section begins with one', () => {
    expect(
      reportRuns(report, [])
        .filter((run) => run.heading)
        .map((run) => run.text),
    ).toEqual(['FINDINGS: ', 'IMPRESSION: ']);
  });
});
