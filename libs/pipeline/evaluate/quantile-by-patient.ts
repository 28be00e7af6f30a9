/**
 * Split-conformal quantile at which `1 - miss` of patients are covered, each counting once whatever the number of own rows: how strange an outcome may
 * be and still belong to the set. With too few patients for the step of a finite sample nothing is too strange.
 * Source: Vovk, Gammerman and Shafer 2005; rows of one patient go together.
 */
export function quantileByPatient(strange: readonly number[], { patients, miss }: { readonly patients: readonly number[]; readonly miss: number }): number {
  const rows = new Map<number, number>();
  for (const patient of patients) rows.set(patient, (rows.get(patient) ?? 0) + 1);
  const level = ((1 - miss) * (rows.size + 1)) / rows.size;
  if (!(level < 1)) return 1;
  const ordered = strange.map((value, at) => ({ value, weight: 1 / (rows.get(patients[at] ?? -1) ?? 1) })).sort((a, b) => a.value - b.value);
  let sum = 0;
  // The sum of weights is the number of patients, up to the last digits.
  for (const { value, weight } of ordered) if ((sum += weight) >= level * rows.size - 1e-9) return value;
  return 1;
}
