import type { Measure } from '@concord/core/clinical';

/** Laboratory values: LOINC, canonical UCUM unit, units they may arrive in, and what a living person can have. */

type Units = Measure['from'];

const MOLAR: Units = { 'mmol/L': [1, 0], 'meq/L': [1, 0], 'umol/L': [0.001, 0] };
const IN_GRAMS: Units = { 'g/dL': [1, 0], 'g/L': [0.1, 0], 'mg/dL': [0.001, 0] };
const ENZYME: Units = { 'U/L': [1, 0], '[IU]/L': [1, 0], 'ukat/L': [60, 0] };
const CELLS: Units = { '10*3/uL': [1, 0], '10*9/L': [1, 0], '/uL': [0.001, 0], '10*6/L': [0.001, 0], 'K/uL': [1, 0] };
const GAS: Units = { 'mm[Hg]': [1, 0], kPa: [7.500616827, 0] };
const PERCENT: Units = { '%': [1, 0], '1': [100, 0], 'L/L': [100, 0] };
const TROPONIN: Units = { 'ug/L': [1, 0], 'ng/mL': [1, 0], 'ng/L': [0.001, 0], 'pg/mL': [0.001, 0] };
/** mg/dL, and the molar unit by its factor. */
const milligrams = (perMillimole: number): Units => ({
  'mg/dL': [1, 0],
  'mg/L': [0.1, 0],
  'g/L': [100, 0],
  'mmol/L': [perMillimole, 0],
  'umol/L': [perMillimole / 1000, 0],
});

type Row = readonly [code: string, name: string, unit: string, possible: readonly [number, number], decimals: number, from: Units];

// Ranges: beyond anything seen in the living in the two sets and in case reports; inside them a value may be wild and still true.
const ROWS: readonly Row[] = [
  ['11555-0', 'Base excess', 'mmol/L', [-50, 50], 1, MOLAR],
  ['1963-8', 'Bicarbonate', 'mmol/L', [1, 70], 1, MOLAR],
  ['2744-1', 'pH', '[pH]', [6.3, 8], 3, { '[pH]': [1, 0], '1': [1, 0], '': [1, 0] }],
  ['2019-8', 'pCO2', 'mm[Hg]', [5, 250], 1, GAS],
  ['2703-7', 'pO2', 'mm[Hg]', [10, 800], 1, GAS],
  ['20564-1', 'Oxygen saturation in blood gas', '%', [5, 100], 1, PERCENT],
  ['1920-8', 'AST', 'U/L', [1, 50000], 0, ENZYME],
  ['1742-6', 'ALT', 'U/L', [1, 50000], 0, ENZYME],
  ['6768-6', 'Alkaline phosphatase', 'U/L', [1, 10000], 0, ENZYME],
  ['3094-0', 'Urea nitrogen', 'mg/dL', [0.5, 350], 1, milligrams(2.801)],
  ['17861-6', 'Calcium', 'mg/dL', [1, 30], 2, milligrams(4.008)],
  ['2075-0', 'Chloride', 'mmol/L', [50, 180], 1, MOLAR],
  ['2160-0', 'Creatinine', 'mg/dL', [0.05, 60], 2, milligrams(11.312)],
  ['1968-7', 'Direct bilirubin', 'mg/dL', [0, 60], 2, milligrams(58.467)],
  ['1975-2', 'Bilirubin', 'mg/dL', [0, 90], 2, milligrams(58.467)],
  ['2345-7', 'Glucose', 'mg/dL', [5, 2500], 0, milligrams(18.016)],
  ['2524-7', 'Lactate', 'mmol/L', [0.1, 40], 2, { ...MOLAR, 'mg/dL': [0.111, 0] }],
  ['19123-9', 'Magnesium', 'mg/dL', [0.2, 30], 2, milligrams(2.431)],
  ['2777-1', 'Phosphate', 'mg/dL', [0.1, 40], 2, milligrams(3.097)],
  ['2823-3', 'Potassium', 'mmol/L', [0.8, 15], 2, MOLAR],
  ['2951-2', 'Sodium', 'mmol/L', [80, 200], 0, MOLAR],
  ['10839-9', 'Troponin I', 'ug/L', [0, 1000], 3, TROPONIN],
  ['6598-7', 'Troponin T', 'ug/L', [0, 200], 3, TROPONIN],
  ['4544-3', 'Haematocrit', '%', [3, 75], 1, PERCENT],
  ['718-7', 'Haemoglobin', 'g/dL', [1, 30], 1, { ...IN_GRAMS, 'mmol/L': [1.6114, 0] }],
  ['14979-9', 'aPTT', 's', [8, 300], 1, { s: [1, 0] }],
  ['6690-2', 'White cells', '10*3/uL', [0, 800], 2, CELLS],
  ['777-3', 'Platelets', '10*3/uL', [1, 3000], 0, CELLS],
  ['3255-7', 'Fibrinogen', 'mg/dL', [10, 2000], 0, { 'mg/dL': [1, 0], 'g/L': [100, 0] }],
  ['1751-7', 'Albumin', 'g/dL', [0.3, 8], 2, IN_GRAMS],
  ['2093-3', 'Cholesterol', 'mg/dL', [10, 1500], 0, milligrams(38.67)],
];

/** Every analyte that is stored as a number, in the order of the table's channels. */
export const ANALYTES: readonly Measure[] = ROWS.map(([code, name, unit, possible, decimals, from]) => ({
  code,
  name,
  unit,
  shown: shownAs(unit),
  possible,
  decimals,
  from,
}));

/** Codes that mean the same analyte here: specimens and methods whose numbers a ward reads alike. */
const SAME_AS: Readonly<Record<string, string>> = {
  '1925-7': '11555-0', // base excess, arterial
  '1960-4': '1963-8', // bicarbonate, arterial
  '1959-6': '1963-8', // bicarbonate, blood
  '11558-4': '2744-1', // pH, blood
  '11557-6': '2019-8', // pCO2, blood
  '11556-8': '2703-7', // pO2, blood
  '6299-2': '3094-0', // urea nitrogen, blood
  '38483-4': '2160-0', // creatinine, blood
  '2339-0': '2345-7', // glucose, blood
  '2518-9': '2524-7', // lactate, arterial
  '32693-4': '2524-7', // lactate, blood
  '6298-4': '2823-3', // potassium, blood
  '2947-0': '2951-2', // sodium, blood
  '20570-8': '4544-3', // haematocrit
  '3173-2': '14979-9', // aPTT, blood
  '26464-8': '6690-2', // leukocytes
  '26515-7': '777-3', // platelets
};

export function canonicalAnalyte(code: string): string {
  return (Object.hasOwn(SAME_AS, code) ? SAME_AS[code] : undefined) ?? code;
}

const BY_CODE: ReadonlyMap<string, Measure> = new Map(ANALYTES.map((analyte) => [analyte.code, analyte]));

export function analyteOf(code: string): Measure | undefined {
  return BY_CODE.get(canonicalAnalyte(code));
}

function shownAs(unit: string): string {
  const shown: Readonly<Record<string, string>> = { 'mm[Hg]': 'mmHg', '[pH]': '', '10*3/uL': '× 10³/µL', 'ug/L': 'µg/L' };
  return Object.hasOwn(shown, unit) ? (shown[unit] ?? unit) : unit;
}
