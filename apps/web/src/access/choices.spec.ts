import { describe, expect, it } from 'vitest';
import { choicesOf, consentOf, type Choices, type WireProvision } from './choices.ts';

describe('what a patient chose', () => {
  it.each<Choices>([
    { fromCare: [], fromScores: [], alsoInEmergencies: false },
    { fromCare: ['vitals', 'other'], fromScores: ['radiology-report'], alsoInEmergencies: true },
  ])('reads back as it was sent: %o', (choices) => {
    const { provision } = consentOf('p', choices, '2026-11-27T20:00:00.000Z') as { provision: { provision: WireProvision[] } };
    expect(choicesOf(provision.provision)).toEqual(choices);
  });
});
