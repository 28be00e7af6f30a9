import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModalityKind, Observation, Reading, SourceId } from '@concord/core/clinical';
import { instant, minutes, minus } from '@concord/core/kernel';
import { compared } from './compared.ts';

const NOW = instant(Date.parse('2026-03-01T12:00:00Z'));
const PULSE = '8867-4';
const SPO2 = '2708-6';

function says(device: string | null, number: number, minutesAgo: number, code = PULSE): Observation<Reading> {
  const at = minus(NOW, minutes(minutesAgo));
  return { id: `${device} ${minutesAgo}`, effectiveAt: at, availableAt: at, value: { code, number, device }, sourceId: 's' as SourceId };
}

const on = (...readings: readonly Observation<Reading>[]) =>
  compared({ kind: 'vitals' as ModalityKind, observations: readings.toSorted((a, b) => a.effectiveAt - b.effectiveAt) }, NOW);

describe('two devices that measure one patient', () => {
  it('are set against each other: a wearable that reads a calm pulse does not hide what the monitor shows', () => {
    const [sign, ...rest] = on(says('monitor', 131, 2), says('wearable', 78, 5));
    expect(rest).toEqual([]);
    expect(sign).toMatchObject({ name: 'Pulse', verdict: 'disagree', used: { device: 'monitor', number: 131 }, other: { device: 'wearable', number: 78 } });
  });

  it('name the newest as the one that counts now, whichever device that is', () => {
    expect(on(says('monitor', 84, 6, SPO2), says('wearable', 97, 1, SPO2))[0]).toMatchObject({ used: { device: 'wearable' }, other: { device: 'monitor' } });
  });

  it('agree within what two good devices may err by', () => {
    expect(on(says('monitor', 80, 2), says('wearable', 88, 3)).map(({ verdict }) => verdict)).toEqual(['agree']);
    expect(on(says('monitor', 95, 2, SPO2), says('wearable', 91, 3, SPO2)).map(({ verdict }) => verdict)).toEqual(['agree']);
    expect(on(says('monitor', 95, 2, SPO2), says('wearable', 88, 3, SPO2)).map(({ verdict }) => verdict)).toEqual(['disagree']);
  });

  it('are not set against each other ten minutes apart, when both are old, or when one device changed its mind: the patient may have changed', () => {
    expect(on(says('monitor', 131, 2), says('wearable', 78, 14))).toEqual([]);
    expect(on(says('monitor', 131, 300), says('wearable', 78, 301))).toEqual([]);
    expect(on(says('monitor', 131, 2), says('monitor', 78, 5))).toEqual([]);
  });

  it('are compared with what a nurse charted without naming a device', () => {
    expect(on(says('monitor', 131, 2), says(null, 80, 4))[0]).toMatchObject({ verdict: 'disagree', other: { device: null, number: 80 } });
  });

  it('give one verdict whichever of them is the newest, and none about a reading that lies ahead', () => {
    const number = fc.integer({ min: 30, max: 200 });
    fc.assert(
      fc.property(number, number, fc.integer({ min: -5, max: 30 }), fc.integer({ min: -5, max: 30 }), (a, b, whenA, whenB) => {
        const signs = on(says('a', a, whenA), says('b', b, whenB));
        const comparable = whenA >= 0 && whenB >= 0 && Math.abs(whenA - whenB) <= 10;
        expect(signs).toHaveLength(comparable ? 1 : 0);
        expect(signs.every(({ verdict }) => verdict === (Math.abs(a - b) > 15 ? 'disagree' : 'agree'))).toBe(true);
      }),
    );
  });
});
