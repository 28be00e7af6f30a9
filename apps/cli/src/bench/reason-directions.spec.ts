import { describe, expect, it } from 'vitest';
import type { Evidence, ModalityKind } from '@concord/core/clinical';
import { instant } from '@concord/core/kernel';
import { directionsOf, togetherOutweighs } from './reason-directions.ts';

const AT = instant(0);
const reason = (code: string, contribution: number): Evidence => ({
  ...{ id: code, modality: 'vitals' as ModalityKind, kind: 'signal-window', contribution, text: code },
  pointer: { code, device: null, from: AT, to: AT },
});
const answer = (code: string, newest: number, contribution: number) => ({ evidence: [reason(code, contribution)], newest: new Map([[code, newest]]) });

describe('the direction of reasons', () => {
  it('is counted where a danger was read, and a hairline points nowhere', () => {
    const answers = [answer('9279-1', 30, 0.5), answer('9279-1', 26, -0.1), answer('9279-1', 27, 0.01), answer('9279-1', 16, -2)];
    const [respiration, ...rest] = directionsOf(answers);
    expect(respiration).toMatchObject({ answers: 3, raises: 1, lowers: 1 });
    expect(respiration?.mean).toBeCloseTo(0.41 / 3);
    expect(rest).toEqual([]);
  });

  it('is told by named parts, or else by what they say only together: of one source in two here', () => {
    const together = (contribution: number): Evidence => ({
      id: 'joint',
      modality: 'vitals' as ModalityKind,
      kind: 'joint',
      contribution,
      text: '',
      pointer: null,
    });
    const answers = [-0.3, 0.9].map((joint) => ({
      evidence: [reason('9279-1', 0.5), reason('8867-4', -0.1), together(joint)],
      newest: new Map<string, number>(),
    }));
    expect(togetherOutweighs(answers)).toBe(0.5);
  });
});
