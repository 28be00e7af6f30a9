import { describe, expect, it } from 'vitest';
import type { ImageValue, NamedFinding, Observation } from '@concord/core/clinical';
import { instant, probability } from '@concord/core/kernel';
import type { UsableFilm } from './align.ts';
import { statementsOf } from './statements.ts';

function film(derivationNote?: string): UsableFilm {
  const observation = {
    id: 'o',
    effectiveAt: instant(0),
    value: { header: { sopInstanceUid: '1.2.3', ...(derivationNote === undefined ? {} : { derivationNote }) } },
  } as unknown as Observation<ImageValue>;
  return { observation, prepared: new Uint8Array(), derived: { preparation: 1, crop: { x: 10, y: 0, side: 400 }, view: 'PA', likeness: 0.5, spread: 100 } };
}

const named = (name: string, chance: number, films: NamedFinding['films'] = 'both'): NamedFinding => ({
  name,
  probability: probability(chance),
  present: 0.7,
  absent: 0.2,
  films,
});
const stance = (...all: NamedFinding[]) => statementsOf([film()], all).map(({ finding, stance: said }) => [finding, said]);

describe('what a film is said to show', () => {
  it('is present from one threshold, absent up to the other, and unsaid between: a coin toss contradicts no reader', () => {
    expect(stance(named('Effusion', 0.7))).toEqual([['pleural-effusion', 'present']]);
    expect(stance(named('Effusion', 0.2))).toEqual([['pleural-effusion', 'absent']]);
    expect(stance(named('Effusion', 0.45))).toEqual([['pleural-effusion', 'uncertain']]);
  });

  it('takes one name to be there, and every name to be ruled out', () => {
    expect(stance(named('Pneumonia', 0.1), named('Infiltration', 0.9))).toEqual([['airspace-opacity', 'present']]);
    expect(stance(named('Pneumonia', 0.1), named('Infiltration', 0.5))).toEqual([['airspace-opacity', 'uncertain']]);
    expect(stance(named('Pneumonia', 0.1), named('Infiltration', 0.2))).toEqual([['airspace-opacity', 'absent']]);
  });

  it('does not wait for a name that is never said: it would leave every film without a word', () => {
    const mute: NamedFinding = { ...named('Consolidation', 0.4), present: 1, absent: 0 };
    expect(stance(named('Pneumonia', 0.1), mute)).toEqual([['airspace-opacity', 'absent']]);
    expect(stance(mute)).toEqual([]);
  });

  it('rules out nodules and masses only where both were looked for: no mass is not no nodule', () => {
    expect(stance(named('Mass', 0.1))).toEqual([['nodule-or-mass', 'uncertain']]);
    expect(stance(named('Mass', 0.9))).toEqual([['nodule-or-mass', 'present']]);
    expect(stance(named('Mass', 0.1), named('Nodule', 0.1))).toEqual([['nodule-or-mass', 'absent']]);
  });

  it('never calls a finding impossible or sure in numbers', () => {
    const said = (chance: number) => statementsOf([film()], [named('Effusion', chance)]).map(({ text }) => text);
    expect([...said(0.002), ...said(0.03), ...said(0.998)]).toEqual(['< 1 % on the film', '3 % on the film', '> 99 % on the film']);
  });

  it('leaves out names that no other source knows', () => {
    expect(stance(named('Hernia', 0.9))).toEqual([]);
  });

  it('says nothing of a drawn film where it was never judged on one', () => {
    const drawn = film('Procedural chest phantom: no person, no exposure.');
    expect(statementsOf([drawn], [named('Effusion', 0.9, 'taken')])).toEqual([]);
    expect(statementsOf([drawn], [named('Effusion', 0.9, 'both')])).toHaveLength(1);
    expect(statementsOf([drawn], [named('Effusion', 0.9, 'drawn')]).map(({ text }) => text)).toEqual(['90 % on the drawn film']);
  });

  it('says nothing of a film of somebody by what knows drawn films only, whatever it is sure of', () => {
    for (const note of [undefined, 'Resampled for display.', 'Not a Procedural chest phantom'])
      expect(statementsOf([film(note)], [named('Effusion', 0.99, 'drawn'), named('Opacity', 0.01, 'drawn')])).toEqual([]);
  });

  it('points to the film of a study that shows it most, and says of how many it speaks', () => {
    const second = film();
    const { header } = second.observation.value;
    const other: UsableFilm = {
      ...second,
      observation: { ...second.observation, value: { ...second.observation.value, header: { ...header, sopInstanceUid: '1.2.4' } } },
      derived: { ...second.derived, crop: { x: 0, y: 7, side: 300 } },
    };
    const [said] = statementsOf([film(), other], [{ ...named('Effusion', 0.9), views: { view: 1, of: 2 } }]);
    expect(said).toMatchObject({ text: '90 % on 2 films', pointer: { pointer: { sopInstanceUid: '1.2.4', box: [0, 7, 300, 300] } } });
  });

  it('is nothing where one film of a study was taken of somebody and another was drawn', () => {
    const mixed = [film(), film('Procedural chest phantom: no person, no exposure.')];
    expect(statementsOf(mixed, [named('Effusion', 0.9, 'drawn'), named('Opacity', 0.9, 'taken'), named('Mass', 0.9)])).toEqual([]);
  });
});
