/** Kinds of data that a patient decides about, in the words of the page. */
export const CLASSES = [
  ['vitals', 'Vital signs'],
  ['labs', 'Laboratory values'],
  ['radiology-report', 'Radiology reports'],
  ['chest-imaging', 'Images'],
  ['other', 'Other measurements'],
] as const;

export interface Choices {
  /** Classes that those who care for the patient may not see. */
  readonly fromCare: readonly string[];
  /** Classes that no score may read. */
  readonly fromScores: readonly string[];
  /** Nobody may look past these choices in an emergency either. */
  readonly alsoInEmergencies: boolean;
}

const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const CONCORD = 'https://concord.example/fhir/CodeSystem';

const purpose = (code: string) => ({ system: code === 'SCORE' ? `${CONCORD}/use` : ACT_REASON, code });
const exception = (classes: readonly string[], uses: readonly string[]) => ({
  type: 'deny',
  ...(classes.length === 0 ? {} : { class: classes.map((code) => ({ system: `${CONCORD}/data-class`, code })) }),
  purpose: uses.map(purpose),
});

/** The choices as a FHIR Consent: everything is allowed but what is refused here. */
export function consentOf(patientId: string, { fromCare, fromScores, alsoInEmergencies }: Choices, now: string): object {
  return {
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: { reference: `Patient/${patientId}` },
    dateTime: now,
    provision: {
      type: 'permit',
      provision: [
        ...(fromCare.length === 0 ? [] : [exception(fromCare, ['TREAT'])]),
        ...(fromScores.length === 0 ? [] : [exception(fromScores, ['SCORE'])]),
        ...(alsoInEmergencies ? [exception([], ['BTG', 'ETREAT'])] : []),
      ],
    },
  };
}

interface Coded {
  readonly code?: string | undefined;
}

export interface WireProvision {
  readonly class?: readonly Coded[] | undefined;
  readonly purpose?: readonly Coded[] | undefined;
}

/** What stands, read back from the consent that this page wrote. */
export function choicesOf(provisions: readonly WireProvision[]): Choices {
  const codes = (list: readonly Coded[] | undefined) => (list ?? []).flatMap(({ code }) => code ?? []);
  const refusedFor = (use: string) => provisions.filter((one) => codes(one.purpose).includes(use)).flatMap((one) => codes(one.class));
  return {
    fromCare: refusedFor('TREAT'),
    fromScores: refusedFor('SCORE'),
    alsoInEmergencies: provisions.some((one) => codes(one.purpose).includes('BTG')),
  };
}
