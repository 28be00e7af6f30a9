import type { Session } from '@concord/contracts';

export interface Place {
  readonly href: string;
  readonly word: string;
}

const CLINICAL = ['physician', 'nurse', 'radiologist'];
const WORDS: Readonly<Record<string, string>> = {
  physician: 'ward physician',
  nurse: 'nurse',
  radiologist: 'radiologist',
  integrator: 'integration engineer',
  privacy: 'privacy officer',
  'privacy-officer': 'privacy officer',
  steward: 'model steward',
  'model-steward': 'model steward',
  administrator: 'administrator',
  patient: 'patient',
};

export type Desk = 'clinical' | 'privacy' | 'patient' | 'integrator' | 'steward' | 'none';

/** Which first page a person's roles lead to. */
export function deskOf(session: Session): Desk {
  const has = (...roles: readonly string[]) => roles.some((role) => session.roles.includes(role));
  if (has(...CLINICAL)) return 'clinical';
  if (has('privacy', 'privacy-officer')) return 'privacy';
  if (has('patient')) return 'patient';
  if (has('integrator')) return 'integrator';
  return has('steward', 'model-steward') ? 'steward' : 'none';
}

export function roleWord(session: Session): string {
  return session.roles.map((role) => WORDS[role]).find((word) => word !== undefined) ?? '';
}

/** The pages of a desk, first one first. */
export function placesOf(desk: Desk, roles: readonly string[]): readonly Place[] {
  switch (desk) {
    case 'clinical':
      return [{ href: '/', word: 'Worklist' }, ...(roles.includes('radiologist') ? [{ href: '/second-look', word: 'Second look' }] : [])];
    case 'privacy':
      return [{ href: '/who-saw-what', word: 'Who saw what' }];
    case 'patient':
      return [{ href: '/', word: 'Your record' }];
    case 'integrator':
      return [{ href: '/', word: 'Sending data' }];
    case 'steward':
      return [{ href: '/models', word: 'Models' }];
    case 'none':
      return [];
  }
}
