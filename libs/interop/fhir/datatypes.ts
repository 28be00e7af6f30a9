import { parseInstant } from '@concord/core/kernel';
import { z } from 'zod';

/** `id` of FHIR: what may stand behind the slash of a reference. */
export const ID = /^[A-Za-z0-9\-.]{1,64}$/;
const CODE = /^[^\s]+( [^\s]+)*$/;
const URI = /^\S+$/;
const DATE = /^\d{4}(-\d\d(-\d\d)?)?$/;
const SECONDS = /T\d\d:\d\d:\d\d/;

function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  return parseInstant(`${text.length === 4 ? `${text}-01-01` : text.length === 7 ? `${text}-01` : text}T00:00:00Z`).ok;
}

function isMoment(text: string): boolean {
  return SECONDS.test(text) && parseInstant(text).ok;
}

export const code = z.string().regex(CODE, 'not a code');
export const uri = z.string().regex(URI, 'not a URI');
export const date = z.string().refine(isDate, 'not a date that the calendar has');
/** A date, or a time with seconds and an offset. */
export const dateTime = z.string().refine((text) => isDate(text) || isMoment(text), 'not a date, or a time without seconds or offset');
/** A time with seconds and an offset. */
export const moment = z.string().refine(isMoment, 'a time with seconds and an offset was expected');

const extensions = { id: z.string().optional(), extension: z.array(z.unknown()).optional() };
const siblings = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [`_${name}`, z.unknown().optional()]));

export const period = z.strictObject({ ...extensions, start: dateTime.optional(), end: dateTime.optional(), ...siblings('start', 'end') });

export const coding = z.strictObject({
  ...extensions,
  system: uri.optional(),
  version: z.string().optional(),
  code: code.optional(),
  display: z.string().optional(),
  userSelected: z.boolean().optional(),
  ...siblings('system', 'version', 'code', 'display', 'userSelected'),
});

export const concept = z.strictObject({ ...extensions, coding: z.array(coding).optional(), text: z.string().optional(), ...siblings('text') });

export const quantity = z.strictObject({
  ...extensions,
  value: z.number().optional(),
  comparator: z.enum(['<', '<=', '>=', '>']).optional(),
  unit: z.string().optional(),
  system: uri.optional(),
  code: code.optional(),
  ...siblings('value', 'comparator', 'unit', 'system', 'code'),
});

const assigner = z.strictObject({
  ...extensions,
  reference: z.string().optional(),
  type: uri.optional(),
  identifier: z.unknown().optional(),
  display: z.string().optional(),
  ...siblings('reference', 'type', 'display'),
});

export const identifier = z.strictObject({
  ...extensions,
  use: z.enum(['usual', 'official', 'temp', 'secondary', 'old']).optional(),
  type: concept.optional(),
  system: uri.optional(),
  value: z.string().optional(),
  period: period.optional(),
  assigner: assigner.optional(),
  ...siblings('use', 'system', 'value'),
});

export const reference = assigner.extend({ identifier: identifier.optional() });

export const humanName = z.strictObject({
  ...extensions,
  use: z.enum(['usual', 'official', 'temp', 'nickname', 'anonymous', 'old', 'maiden']).optional(),
  text: z.string().optional(),
  family: z.string().optional(),
  given: z.array(z.string()).optional(),
  prefix: z.array(z.string()).optional(),
  suffix: z.array(z.string()).optional(),
  period: period.optional(),
  ...siblings('use', 'text', 'family', 'given', 'prefix', 'suffix'),
});

export const attachment = z.strictObject({
  ...extensions,
  contentType: code.optional(),
  language: code.optional(),
  data: z.string().optional(),
  url: uri.optional(),
  size: z.number().int().nonnegative().optional(),
  hash: z.string().optional(),
  title: z.string().optional(),
  creation: dateTime.optional(),
  ...siblings('contentType', 'language', 'data', 'url', 'size', 'hash', 'title', 'creation'),
});

export type WireQuantity = z.infer<typeof quantity>;
export type WireConcept = z.infer<typeof concept>;
export type WireIdentifier = z.infer<typeof identifier>;
export type WireReference = z.infer<typeof reference>;
export type WireAttachment = z.infer<typeof attachment>;
