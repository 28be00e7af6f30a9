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

export type Desk = 'clinical' | 'privacy' | 'patient' | 'integrator' | 'steward' | 'administrator' | 'none';

/** Which first page a person's roles lead to. */
export function deskOf(session: Session): Desk {
  const has = (...roles: readonly string[]) => roles.some((role) => session.roles.includes(role));
  if (has(...CLINICAL)) return 'clinical';
  if (has('privacy', 'privacy-officer')) return 'privacy';
  if (has('patient')) return 'patient';
  if (has('integrator')) return 'integrator';
  if (has('steward', 'model-steward')) return 'steward';
  return has('administrator') ? 'administrator' : 'none';
}

export function roleWord(session: Session): string {
  return session.roles.map((role) => WORDS[role]).find((word) => word !== undefined) ?? '';
}

const PLACES: Readonly<Record<Exclude<Desk, 'clinical'>, readonly Place[]>> = {
  privacy: [
    { href: '/who-saw-what', word: 'Who saw what' },
    { href: '/reviews', word: 'Emergency reviews' },
    { href: '/reach', word: 'Who can reach whom' },
  ],
  patient: [
    { href: '/', word: 'Your record' },
    { href: '/your-choices', word: 'Your choices' },
  ],
  integrator: [{ href: '/', word: 'Sending data' }],
  steward: [{ href: '/models', word: 'Models' }],
  administrator: [
    { href: '/administration', word: 'Wards and staff' },
    { href: '/reach', word: 'Who can reach whom' },
  ],
  none: [],
};

/** Ward staff: they may say which device is on a patient. */
export function tendsBeds(roles: readonly string[]): boolean {
  return roles.includes('physician') || roles.includes('nurse');
}

/** The pages of a desk, first one first. */
export function placesOf(desk: Desk, roles: readonly string[]): readonly Place[] {
  if (desk !== 'clinical') return PLACES[desk];
  return [
    { href: '/', word: 'Worklist' },
    ...(roles.includes('radiologist') ? [{ href: '/second-look', word: 'Second look' }] : []),
    ...(tendsBeds(roles)
      ? [
          { href: '/held-readings', word: 'Held readings' },
          { href: '/break-glass', word: 'Emergency access' },
        ]
      : []),
  ];
}
