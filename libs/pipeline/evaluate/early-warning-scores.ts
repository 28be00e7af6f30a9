import {
  curb65,
  hasSingleThree,
  mews,
  news2Band,
  news2Points,
  news2Sum,
  qsofa,
  sirs,
  sofa,
  type Avpu,
  type Consciousness,
  type News2Band,
} from '@concord/core/clinical';
import { err, ok, type Result } from '@concord/core/kernel';
import type { Suite, SuiteError, SuiteQuestion, SuiteReport } from './suite.ts';
import { numberIn, readTable, type Row } from './table.ts';

const NEWS2_FILE = 'news2_boundaries.csv';
const ACUTE_FILE = 'acute_scores_examples.csv';

/** Every published score of `core/clinical` against vectors worked out from the published tables. */
export const earlyWarningScores: Suite = {
  name: 'early-warning-scores',
  title: 'NEWS2, qSOFA, SIRS, MEWS, CURB-65 and SOFA against vectors from the published tables.',
  reads: [NEWS2_FILE, ACUTE_FILE],
  run: judge,
};

async function judge({ files }: SuiteQuestion): Promise<Result<SuiteReport, SuiteError>> {
  const news2 = await readTable(files, NEWS2_FILE);
  if (!news2.ok) return news2;
  const acute = await readTable(files, ACUTE_FILE);
  if (!acute.ok) return acute;
  const checked = [
    ...news2.value.map((row) => [NEWS2_FILE, row, news2Scores(row)] as const),
    ...acute.value.map((row) => [ACUTE_FILE, row, acuteScores(row)] as const),
  ];
  const unread = checked.find(([, , scores]) => scores.some(({ expected }) => typeof expected === 'number' && Number.isNaN(expected)));
  if (unread !== undefined) return err({ kind: 'unreadable', name: unread[0], line: unread[1].line, reason: 'a score is no number' });
  return ok(report(checked.map(([, , scores]) => scores)));
}

interface Score {
  readonly name: string;
  readonly expected: number | string;
  readonly seen: number | string;
}

function report(cases: readonly (readonly Score[])[]): SuiteReport {
  const correct = cases.filter((scores) => scores.every(isRight)).length;
  const names = [...new Set(cases.flat().map(({ name }) => name))];
  const perScore = Object.fromEntries(
    names.map((name) => {
      const mine = cases.flat().filter((score) => score.name === name);
      return [name, { n: mine.length, correct: mine.filter(isRight).length }];
    }),
  );
  // A formula is right or wrong on each vector; nothing is sampled, so its interval is the value itself.
  return {
    suite: earlyWarningScores.name,
    bundle: 'none',
    n: cases.length,
    nPatients: 0,
    resampled: 'nothing',
    figures: { correct, perScore },
    ci: {
      correct: [correct, correct],
      ...Object.fromEntries(Object.entries(perScore).map(([name, figure]) => [`perScore.${name}.correct`, [figure.correct, figure.correct]])),
    },
  };
}

function isRight({ expected, seen }: Score): boolean {
  return expected === seen;
}

const BAND_IN_FILE: Readonly<Record<News2Band, string>> = { low: 'low', 'low-single': 'low-medium', urgent: 'medium', emergency: 'high' };

function news2Scores(row: Row): readonly Score[] {
  const points = news2Points(
    {
      respiration: numberIn(row, 'rr'),
      spo2: numberIn(row, 'spo2'),
      oxygen: row.cells['on_oxygen'] === '1',
      systolic: numberIn(row, 'sbp'),
      pulse: numberIn(row, 'pulse'),
      consciousness: levelIn(row, 'acvpu'),
      temperature: numberIn(row, 'temp'),
    },
    row.cells['spo2_scale'] === '2' ? 2 : 1,
  );
  const total = news2Sum(points);
  const parts = {
    s_rr: points.respiration,
    s_spo2: points.spo2,
    s_air_o2: points.oxygen,
    s_sbp: points.systolic,
    s_pulse: points.pulse,
    s_consciousness: points.consciousness,
    s_temp: points.temperature,
  };
  const right = Object.entries(parts).every(([column, seen]) => seen === numberIn(row, column));
  return [
    { name: 'news2', expected: numberIn(row, 'news2_total'), seen: total },
    { name: 'news2Parameters', expected: 1, seen: right ? 1 : 0 },
    { name: 'news2Band', expected: row.cells['risk_band'] ?? '', seen: BAND_IN_FILE[news2Band(total, hasSingleThree(points))] },
  ];
}

function acuteScores(row: Row): readonly Score[] {
  const vitals = {
    respiration: numberIn(row, 'rr'),
    pulse: numberIn(row, 'pulse'),
    systolic: numberIn(row, 'sbp'),
    temperature: numberIn(row, 'temp'),
    glasgow: numberIn(row, 'gcs'),
  };
  const carbonDioxide = numberIn(row, 'paco2');
  const level = levelIn(row, 'avpu');
  return [
    scoreOf(row, 'qsofa', qsofa(vitals)),
    scoreOf(row, 'sirs', sirs({ ...vitals, whiteCells: numberIn(row, 'wbc'), ...(Number.isNaN(carbonDioxide) ? {} : { carbonDioxide }) })),
    scoreOf(row, 'mews', mews({ ...vitals, avpu: olderLevel(level) })),
    scoreOf(
      row,
      'curb65',
      curb65({ ...vitals, confused: level !== 'A', urea: numberIn(row, 'urea_mmol_l'), diastolic: numberIn(row, 'dbp'), ageYears: numberIn(row, 'age') }),
    ),
    ...sofaScores(row),
  ];
}

function sofaScores(row: Row): readonly Score[] {
  const urine = numberIn(row, 'urine_ml_24h');
  const organs = sofa({
    oxygenPressure: numberIn(row, 'pao2'),
    oxygenFraction: numberIn(row, 'fio2'),
    respiratorySupport: row.cells['resp_support'] === '1',
    platelets: numberIn(row, 'platelets'),
    bilirubin: numberIn(row, 'bilirubin_mg_dl'),
    meanPressure: numberIn(row, 'map'),
    norepinephrine: numberIn(row, 'norepinephrine_ug_kg_min'),
    glasgow: numberIn(row, 'gcs'),
    creatinine: numberIn(row, 'creatinine_mg_dl'),
    ...(Number.isNaN(urine) ? {} : { urine }),
  });
  return [
    scoreOf(row, 'sofa_resp', organs.respiratory),
    scoreOf(row, 'sofa_coag', organs.coagulation),
    scoreOf(row, 'sofa_liver', organs.liver),
    scoreOf(row, 'sofa_cardio', organs.cardiovascular),
    scoreOf(row, 'sofa_cns', organs.nervous),
    scoreOf(row, 'sofa_renal', organs.renal),
    scoreOf(row, 'sofa_total', organs.total),
  ];
}

/** The score in the column of the same name; the file's snake case becomes ours. */
function scoreOf(row: Row, column: string, seen: number): Score {
  return { name: column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), expected: numberIn(row, column), seen };
}

const LEVELS: Readonly<Record<string, Consciousness>> = { A: 'A', C: 'C', V: 'V', P: 'P', U: 'U' };

function levelIn(row: Row, column: string): Consciousness {
  return LEVELS[row.cells[column] ?? ''] ?? 'A';
}

/** AVPU has no new confusion; a confused patient answers to voice. */
function olderLevel(level: Consciousness): Avpu {
  return level === 'C' ? 'V' : level;
}
