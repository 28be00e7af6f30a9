import type { Facts } from './facts.ts';

/** A function of the database whose body says something that the table says. */
export interface FunctionSpec {
  readonly name: string;
  readonly args: string;
  /** All between the arguments and the body. */
  readonly returns: string;
  readonly about: string;
  readonly body: (facts: Facts) => string;
}

/** A policy of row-level security. How its rows belong to a patient is written here; who may is asked of the table. */
export interface PolicySpec {
  readonly table: string;
  readonly name: string;
  readonly command: 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'ALL';
  readonly to: 'app_rw' | 'app_worker' | 'app_rw, app_worker';
  /** It takes away from what the others show. */
  readonly restrictive?: boolean;
  readonly using?: (facts: Facts) => string;
  readonly check?: (facts: Facts) => string;
}

/** One arm is enough; an arm that nobody has is left out. */
export function anyOf(...arms: readonly string[]): string {
  const some = arms.filter((arm) => arm !== 'false');
  return some.length === 0 ? 'false' : some.join(' OR ');
}

/** All of them are needed; where nobody may, nothing else is asked. */
export function allOf(...parts: readonly string[]): string {
  return parts.includes('false')
    ? 'false'
    : parts
        .filter((part) => part !== 'true')
        .map((part) => (/ OR /.test(part) ? `(${part})` : part))
        .join(' AND ');
}
