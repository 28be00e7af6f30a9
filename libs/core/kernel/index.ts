export type { Brand } from './brand.ts';
export {
  days,
  earlierOf,
  hours,
  instant,
  laterOf,
  minus,
  minutes,
  parseInstant,
  plus,
  seconds,
  since,
  toIso,
  type Instant,
  type InstantError,
  type Milliseconds,
} from './instant.ts';
export { logit, probability, rounded, sigmoid, type Probability } from './probability.ts';
export { LOINC, UCUM, type Code, type Quantity } from './quantity.ts';
export { assertNever, err, invariant, ok, type Result } from './result.ts';
export { seededRng } from './seeded.ts';
