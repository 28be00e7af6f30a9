import { describe, expect, it } from 'vitest';
import { loginPath, signInPath } from './return-to.ts';

describe('the way through the sign-in', () => {
  it('comes back to the page that was asked for', () => {
    expect(signInPath('/patients/7?h=24h')).toBe('/sign-in?returnTo=%2Fpatients%2F7%3Fh%3D24h');
    expect(loginPath('/patients/7')).toBe('/auth/login?returnTo=%2Fpatients%2F7');
  });

  it('never leads to another site, and never round in a circle', () => {
    for (const path of ['//evil.example', '/\\\\evil.example', 'https://evil.example', '/auth/logout', '/sign-in?ended', null]) {
      expect(loginPath(path)).toBe('/auth/login');
    }
  });
});
