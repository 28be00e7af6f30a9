import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant, minutes, plus, type Instant } from '../kernel/index.ts';
import { takeTurn, type DeviceTurn } from './device-turn.ts';

const START = instant(Date.parse('2026-03-01T08:00:00Z'));
const at = (minute: number): Instant => plus(START, minutes(minute));

function after(...readings: readonly (readonly [who: string, minute: number])[]) {
  let turns: readonly DeviceTurn[] = [];
  const elsewhere: boolean[] = [];
  for (const [who, minute] of readings) {
    const taken = takeTurn(turns, { who, at: at(minute) });
    turns = taken.turns;
    elsewhere.push(taken.elsewhere);
  }
  return { turns, elsewhere };
}

describe('a device that is handed from one patient to the next', () => {
  it('speaks for the first until the second’s first reading, and for the second from there on', () => {
    const { turns, elsewhere } = after(['A', 0], ['A', 5], ['B', 20], ['B', 25]);
    expect(turns).toEqual([
      { who: 'A', from: at(0), newest: at(5), until: at(20) },
      { who: 'B', from: at(20), newest: at(25) },
    ]);
    expect(elsewhere).toEqual([false, false, false, false]);
  });

  it('gives the first patient nothing that it measured on the second: a late message under the old name is nobody’s', () => {
    const { turns, elsewhere } = after(['A', 0], ['B', 20], ['B', 30], ['A', 25]);
    expect(elsewhere).toEqual([false, false, false, true]);
    expect(turns.map(({ who, contested }) => [who, contested])).toEqual([
      ['A', at(25)],
      ['B', at(25)],
    ]);
  });

  it('still takes what it measured on the first before, however late that arrives', () => {
    const { turns, elsewhere } = after(['A', 0], ['B', 20], ['A', 12]);
    expect(elsewhere[2]).toBe(false);
    expect(turns[0]).toEqual({ who: 'A', from: at(0), newest: at(12), until: at(20) });
    expect(after(['B', 20], ['A', 12]).turns[1]).toEqual({ who: 'A', from: at(12), newest: at(12), until: at(20) });
  });

  it('that goes round a ward is suspected of nothing', () => {
    const rounds = ['A', 'B', 'C', 'D', 'A', 'B', 'C', 'D'].map((who, number) => [who, 4 * number] as const);
    const { turns, elsewhere } = after(...rounds);
    expect(elsewhere).not.toContain(true);
    expect(turns.some(({ contested }) => contested !== undefined)).toBe(false);
  });
});

describe('a name that a source gives to all its devices', () => {
  it('takes no reading from anybody: three patients at once are not one monitor', () => {
    const ward = ['A', 'B', 'C', 'A', 'B', 'C', 'A', 'B', 'C'].map((who, number) => [who, number] as const);
    const { turns, elsewhere } = after(...ward, ['A', 5.5], ['B', 6.2]);
    expect(elsewhere).not.toContain(true);
    expect(turns.filter(({ contested }) => contested !== undefined)).toEqual([]);
  });
});

describe('a device that speaks for two patients at once', () => {
  it('is suspected on both pages: within minutes it comes back', () => {
    const { turns } = after(['A', 0], ['A', 1], ['B', 2], ['A', 3]);
    expect(turns.filter(({ contested }) => contested === undefined).map(({ who, from }) => [who, from])).toEqual([['A', at(0)]]);
    expect(turns.map(({ who }) => who)).toEqual(['A', 'B', 'A']);
  });

  it('never has two patients in one moment, whatever arrives in whatever order, and nobody’s reading moves a turn', () => {
    const readings = fc.array(fc.tuple(fc.constantFrom('A', 'B', 'C'), fc.integer({ min: 0, max: 60 })), { maxLength: 40 });
    fc.assert(
      fc.property(readings, (drawn) => {
        let turns: readonly DeviceTurn[] = [];
        for (const [who, minute] of drawn) {
          const taken = takeTurn(turns, { who, at: at(minute) });
          if (taken.elsewhere)
            expect(taken.turns.slice(0, turns.length).map(({ from, newest, until }) => [from, newest, until])).toEqual(
              turns.map(({ from, newest, until }) => [from, newest, until]),
            );
          turns = taken.turns;
        }
        const spoken = turns.filter(({ from, until }) => until !== from);
        for (const one of spoken) for (const other of spoken) if (one.who !== other.who) expect(one.newest < other.from || other.newest < one.from).toBe(true);
      }),
    );
  });

  it('is never suspected while it stays on one patient', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 600 })), (drawn) => {
        const { turns, elsewhere } = after(...drawn.map((minute) => ['A', minute] as const));
        expect(turns.length).toBe(drawn.length === 0 ? 0 : 1);
        expect(elsewhere).not.toContain(true);
      }),
    );
  });
});
