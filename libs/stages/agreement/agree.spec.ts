import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SHARED_FINDINGS, type FindingStatement, type ModalityKind, type SharedFinding, type Stance } from '@concord/core/clinical';
import { hours, instant, minus, type Instant } from '@concord/core/kernel';
import { agreements, mislinkSuspected } from './agree.ts';

const NOW = instant(Date.parse('2026-03-01T12:00:00Z'));

function says(source: string, stance: Stance, { finding = 'pleural-effusion', at = NOW }: { finding?: SharedFinding; at?: Instant } = {}): FindingStatement {
  return { finding, modality: source as ModalityKind, stance, effectiveAt: at, pointer: { kind: 'joint', pointer: null }, text: `${source} ${stance}` };
}

const verdict = (...statements: FindingStatement[]) => agreements(statements)[0]?.verdict;

describe('sources that speak of one finding', () => {
  it.each([
    ['both see it', 'present', 'present', 'agree'],
    ['both rule it out', 'absent', 'absent', 'agree'],
    ['a report denies what the film shows', 'absent', 'present', 'disagree'],
    ['a film does not show what the report asserts', 'present', 'absent', 'disagree'],
    ['one of them does not know', 'present', 'uncertain', 'undecided'],
  ] as const)('%s', (_, report, film, expected) => {
    expect(verdict(says('report', report), says('film', film))).toBe(expected);
  });

  it('are not set against each other when a day and more lies between them: the patient may have changed', () => {
    expect(verdict(says('report', 'absent'), says('film', 'present', { at: minus(NOW, hours(30)) }))).toBe('apart');
    expect(verdict(says('report', 'absent'), says('film', 'present', { at: minus(NOW, hours(24)) }))).toBe('disagree');
  });

  it('never disagree with signals that only fit: a fever contradicts no film', () => {
    expect(verdict(says('report', 'absent'), says('vitals', 'suggested'))).toBe('one-source');
    expect(verdict(says('report', 'absent'), says('film', 'absent'), says('vitals', 'suggested'))).toBe('agree');
  });

  it('say nothing when only signals speak', () => {
    expect(agreements([says('vitals', 'suggested')])).toEqual([]);
  });

  it('are answered alike in whatever order they came', () => {
    const stance = fc.constantFrom<Stance>('present', 'absent', 'uncertain', 'suggested');
    const statement = fc.record({
      source: fc.constantFrom('a', 'b', 'c'),
      stance,
      finding: fc.constantFrom(...SHARED_FINDINGS),
      age: fc.integer({ min: 0, max: 48 }),
    });
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 12 }), fc.integer(), (drawn, turn) => {
        const all = drawn.map(({ source, stance: said, finding, age }) => says(source, said, { finding, at: minus(NOW, hours(age)) }));
        const turned = all.map((_, index) => all[(index + Math.abs(turn)) % all.length]).filter((each) => each !== undefined);
        const verdicts = (list: readonly FindingStatement[]) => agreements(list).map((each) => [each.finding, each.verdict]);
        expect(verdicts(turned)).toEqual(verdicts(all));
      }),
    );
  });
});

describe('the suspicion that a source is of somebody else', () => {
  const pair = (finding: SharedFinding, report: Stance, film: Stance) => [says('report', report, { finding }), says('film', film, { finding })];

  it('takes two contradictions and no agreement', () => {
    expect(mislinkSuspected(agreements([...pair('pleural-effusion', 'present', 'absent'), ...pair('cardiomegaly', 'absent', 'present')]))).toBe(true);
    expect(mislinkSuspected(agreements(pair('pleural-effusion', 'present', 'absent')))).toBe(false);
    const withOne = [
      ...pair('pleural-effusion', 'present', 'absent'),
      ...pair('cardiomegaly', 'absent', 'present'),
      ...pair('pneumothorax', 'absent', 'absent'),
    ];
    expect(mislinkSuspected(agreements(withOne))).toBe(false);
  });
});
