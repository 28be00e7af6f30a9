import type { Relationship } from '@concord/core/ports';

/** A refusal that no rule outweighs: it strikes relations, and what rests on a struck relation alone is denied. */
export interface Denial {
  readonly id: string;
  /** The circumstance under which it holds. */
  readonly when: 'barred' | 'very-restricted' | 'concerns-self';
  readonly strikes: readonly Relationship[];
  readonly because: string;
}

const PEOPLE = ['ward', 'discharged-72h', 'care-team', 'recent-study', 'break-glass'] as const;

/** What is denied whatever a rule says. */
export const DENIALS: readonly Denial[] = [
  {
    id: 'consent-bars',
    when: 'barred',
    strikes: PEOPLE,
    because: 'The patient’s consent refuses everything for this purpose. Only the patient and the source that sent it still read it.',
  },
  {
    id: 'very-restricted',
    when: 'very-restricted',
    strikes: ['ward', 'discharged-72h', 'recent-study'],
    because: 'A record labelled very restricted (V) is open to the care team that names the reader, not to a ward or a department.',
  },
  {
    id: 'own-rights',
    when: 'concerns-self',
    strikes: ['none'],
    because: 'Nobody changes their own ward, team or account.',
  },
];
