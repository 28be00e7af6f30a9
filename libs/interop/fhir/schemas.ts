import { z } from 'zod';
import { attachment, code, concept, coding, date, dateTime, humanName, ID, identifier, moment, period, quantity, reference, uri } from './datatypes.ts';

/** What every resource carries and we look at; the rest of the element list is checked by `formIssues`. */
const resource = { id: z.string().regex(ID, 'not an id').optional(), language: code.optional(), identifier: z.array(identifier).optional() };

export const patientSchema = z.object({
  ...resource,
  meta: z.object({ security: z.array(coding).optional() }).optional(),
  active: z.boolean().optional(),
  name: z.array(humanName).optional(),
  gender: z.enum(['male', 'female', 'other', 'unknown']).optional(),
  birthDate: date.optional(),
  deceasedBoolean: z.boolean().optional(),
  deceasedDateTime: dateTime.optional(),
});

export const encounterSchema = z.object({
  ...resource,
  status: z.enum(['planned', 'arrived', 'triaged', 'in-progress', 'onleave', 'finished', 'cancelled', 'entered-in-error', 'unknown']),
  class: coding,
  subject: reference,
  period: period.optional(),
  location: z
    .array(
      z.object({
        location: reference,
        status: z.enum(['planned', 'active', 'reserved', 'completed']).optional(),
        period: period.optional(),
        physicalType: concept.optional(),
      }),
    )
    .optional(),
});

const answers = {
  valueQuantity: quantity.optional(),
  valueCodeableConcept: concept.optional(),
  valueString: z.string().optional(),
  valueBoolean: z.boolean().optional(),
  valueInteger: z.number().int().optional(),
  valueRange: z.unknown().optional(),
  valueRatio: z.unknown().optional(),
  valueSampledData: z.unknown().optional(),
  valueTime: z.unknown().optional(),
  valueDateTime: dateTime.optional(),
  valuePeriod: period.optional(),
  dataAbsentReason: concept.optional(),
};

export const observationSchema = z.object({
  ...resource,
  ...answers,
  status: z.enum(['registered', 'preliminary', 'final', 'amended', 'corrected', 'cancelled', 'entered-in-error', 'unknown']),
  code: concept,
  subject: reference,
  focus: z.array(reference).optional(),
  encounter: reference.optional(),
  effectiveDateTime: dateTime.optional(),
  effectiveInstant: moment.optional(),
  effectivePeriod: period.optional(),
  effectiveTiming: z.unknown().optional(),
  issued: moment.optional(),
  device: reference.optional(),
  hasMember: z.array(reference).optional(),
  component: z.array(z.object({ ...answers, code: concept })).optional(),
});

export const diagnosticReportSchema = z.object({
  ...resource,
  status: z.enum(['registered', 'partial', 'preliminary', 'final', 'amended', 'corrected', 'appended', 'cancelled', 'entered-in-error', 'unknown']),
  category: z.array(concept).optional(),
  code: concept,
  subject: reference,
  encounter: reference.optional(),
  effectiveDateTime: dateTime.optional(),
  effectivePeriod: period.optional(),
  issued: moment.optional(),
  conclusion: z.string().optional(),
  presentedForm: z.array(attachment).optional(),
});

/** A Bundle as a writer sends it; each resource is read by itself. */
export const bundleSchema = z.object({
  resourceType: z.literal('Bundle'),
  type: z.enum(['transaction', 'batch']),
  timestamp: moment.optional(),
  entry: z
    .array(
      z.object({
        fullUrl: uri.optional(),
        resource: z.unknown().optional(),
        request: z.object({
          method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH']),
          url: z.string(),
          ifNoneExist: z.string().optional(),
          ifMatch: z.string().optional(),
        }),
      }),
    )
    .optional(),
});

export type WirePatient = z.infer<typeof patientSchema>;
export type WireEncounter = z.infer<typeof encounterSchema>;
export type WireObservation = z.infer<typeof observationSchema>;
export type WireComponent = NonNullable<WireObservation['component']>[number];
export type WireReport = z.infer<typeof diagnosticReportSchema>;
