import type { Keyring } from '@concord/core/ports';
import type { PatientContent } from './patient-row.ts';

/** How long a prefix of a name is indexed: enough to narrow, too short to be a name. */
const PREFIX = 3;

/** Names as they are compared: no case, no accents, no punctuation. */
export function normalName(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Blind indexes of what a patient may be searched by: each name whole and by its first letters, and the birth date. */
export function searchTerms(keyring: Keyring, { family, demographics }: PatientContent): readonly Buffer[] {
  const { birthDate } = demographics;
  const names = [family, ...family.split(/[\s-]+/)].map(normalName).filter((name) => name !== '');
  const terms = names.flatMap((name) => [familyTerm(keyring, name), familyTerm(keyring, name.slice(0, PREFIX))]);
  if (birthDate !== undefined) terms.push(birthTerm(keyring, birthDate));
  return [...new Map(terms.map((term) => [term.toString('hex'), term])).values()];
}

/** @param name normal; longer than the prefix it stands for the whole name. */
export function familyTerm(keyring: Keyring, name: string): Buffer {
  return Buffer.from(keyring.blindIndex('family', name));
}

export function birthTerm(keyring: Keyring, birthDate: string): Buffer {
  return Buffer.from(keyring.blindIndex('birth-date', birthDate));
}

/** The term that narrows a search for names that begin so; what it finds is compared again after it was opened. */
export function prefixTerm(keyring: Keyring, name: string): Buffer {
  return familyTerm(keyring, normalName(name).slice(0, PREFIX));
}
