/** A number with its unit in UCUM. There is no number without a unit in a timeline. */
export interface Quantity {
  readonly value: number;
  /** UCUM, case-sensitive: `/min`, `%`, `mm[Hg]`, `Cel`. */
  readonly unit: string;
}

/** A concept of a code system. */
export interface Code {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

export const LOINC = 'http://loinc.org';
export const UCUM = 'http://unitsofmeasure.org';
