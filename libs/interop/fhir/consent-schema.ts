import { z } from 'zod';
import { attachment, code, coding, concept, dateTime, ID, identifier, period, reference, uri } from './datatypes.ts';

const anything = z.unknown().optional();
const extensions = { id: z.string().optional(), extension: z.array(z.unknown()).optional() };

/** What a provision may carry beside its codes; it is kept, and understood only as far as `readConsent` says. */
const shape = {
  ...extensions,
  type: z.enum(['deny', 'permit']).optional(),
  period: period.optional(),
  actor: z.array(z.unknown()).optional(),
  action: z.array(concept).optional(),
  securityLabel: z.array(coding).optional(),
  purpose: z.array(coding).optional(),
  class: z.array(coding).optional(),
  code: z.array(concept).optional(),
  dataPeriod: anything,
  data: z.array(z.unknown()).optional(),
  _type: anything,
};

const bare = z.strictObject(shape);

interface WireProvision extends z.infer<typeof bare> {
  readonly provision?: readonly WireProvision[] | undefined;
}

export const provisionSchema: z.ZodType<WireProvision> = z.lazy(() => bare.extend({ provision: z.array(provisionSchema).max(50).optional() }));

/** R4 Consent, element by element; another element, or a modifier, is refused: it could change what is meant. */
export const consentSchema = z.strictObject({
  resourceType: z.literal('Consent'),
  id: z.string().regex(ID, 'not an id').optional(),
  meta: anything,
  language: code.optional(),
  text: anything,
  contained: z.array(z.unknown()).optional(),
  extension: z.array(z.unknown()).optional(),
  identifier: z.array(identifier).optional(),
  status: z.enum(['draft', 'proposed', 'active', 'rejected', 'inactive', 'entered-in-error']),
  scope: concept,
  category: z.array(concept).min(1),
  patient: reference,
  dateTime: dateTime.optional(),
  performer: z.array(reference).optional(),
  organization: z.array(reference).optional(),
  sourceAttachment: attachment.optional(),
  sourceReference: reference.optional(),
  policy: z.array(z.strictObject({ ...extensions, authority: uri.optional(), uri: uri.optional() })).optional(),
  policyRule: concept.optional(),
  verification: z.array(z.unknown()).optional(),
  provision: provisionSchema.optional(),
});

export type WireConsent = z.infer<typeof consentSchema>;
export type { WireProvision };
