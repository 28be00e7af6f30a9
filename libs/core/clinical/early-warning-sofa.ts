/** What SOFA reads. Worst values of 24 hours. */
export interface SofaReadings {
  /** Arterial oxygen pressure, mm[Hg]. */
  readonly oxygenPressure: number;
  /** Fraction of inspired oxygen, 0.21 to 1. */
  readonly oxygenFraction: number;
  /** Ventilation or continuous positive airway pressure. */
  readonly respiratorySupport: boolean;
  /** 10⁹/L */
  readonly platelets: number;
  /** mg/dL */
  readonly bilirubin: number;
  /** mm[Hg] */
  readonly meanPressure: number;
  /** µg/kg/min; 0 when none is given. Other vasopressors are not read. */
  readonly norepinephrine: number;
  readonly glasgow: number;
  /** mg/dL */
  readonly creatinine: number;
  /** mL in 24 h */
  readonly urine?: number;
}

export interface Sofa {
  readonly respiratory: number;
  readonly coagulation: number;
  readonly liver: number;
  readonly cardiovascular: number;
  readonly nervous: number;
  readonly renal: number;
  readonly total: number;
}

/**
 * Sequential Organ Failure Assessment, each organ 0 to 4.
 * Source: Vincent JL et al. The SOFA score to describe organ dysfunction/failure. Intensive Care Med 1996;22:707-710.
 */
export function sofa(readings: SofaReadings): Sofa {
  const organs = {
    respiratory: respiratory(readings),
    coagulation: fallingBelow([150, 100, 50, 20], readings.platelets),
    liver: reaching([1.2, 2, 6, 12], readings.bilirubin),
    cardiovascular: cardiovascular(readings),
    nervous: fallingBelow([15, 13, 10, 6], readings.glasgow),
    renal: renal(readings),
  };
  return { ...organs, total: Object.values(organs).reduce((sum, points) => sum + points, 0) };
}

/** 3 and 4 need respiratory support: without it the worst is 2. */
function respiratory({ oxygenPressure, oxygenFraction, respiratorySupport }: SofaReadings): number {
  const points = fallingBelow([400, 300, 200, 100], oxygenPressure / oxygenFraction);
  return respiratorySupport ? points : Math.min(points, 2);
}

function cardiovascular({ norepinephrine, meanPressure }: SofaReadings): number {
  if (norepinephrine > 0.1) return 4;
  if (norepinephrine > 0) return 3;
  return meanPressure < 70 ? 1 : 0;
}

/** Creatinine or urine, the worse. */
function renal({ creatinine, urine }: SofaReadings): number {
  const byUrine = urine === undefined ? 0 : urine < 200 ? 4 : urine < 500 ? 3 : 0;
  return Math.max(reaching([1.2, 2, 3.5, 5], creatinine), byUrine);
}

/** How many of the falling limits the value is below. */
function fallingBelow(limits: readonly number[], value: number): number {
  return limits.filter((limit) => value < limit).length;
}

/** How many of the rising limits the value has reached. */
function reaching(limits: readonly number[], value: number): number {
  return limits.filter((limit) => value >= limit).length;
}
