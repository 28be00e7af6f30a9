import { describe, expect, it } from 'vitest';
import { placeOf } from './report-negation.ts';
import { printed, type SuiteFiles, type SuiteQuestion } from './suite.ts';
import { suites } from './suites.ts';
import { cellsOf, readTable } from './table.ts';

const folder = (files: Readonly<Record<string, string>>): SuiteFiles => ({
  names: () => Promise.resolve(Object.keys(files).sort()),
  text: (name) => Promise.resolve(files[name]),
  lines: () => Promise.resolve(undefined),
  bytes: () => Promise.resolve(undefined),
  members: () => Promise.resolve(undefined),
});
const question = (files: Readonly<Record<string, string>>): SuiteQuestion => ({ files: folder(files), seed: 1, draws: 40, progress: () => undefined });
const named = (name: string) => {
  const suite = suites.find((one) => one.name === name);
  if (suite === undefined) throw new Error(`no suite ${name}`);
  return suite;
};

const SENTENCES = [
  'line_number\tcondition\tsentence\tnegation\ttemporality\texperiencer',
  '1\tedema\tThere is no EDEMA.\tNegated\tRecent\tPatient',
  '2\teffusion\tA small EFFUSION.\tAffirmed\tRecent\tPatient',
  '3\tCOPD\tHistory of COPD.\tAffirmed\tHistorical\tPatient',
  '4\tasthma\tHis mother has ASTHMA.\tAffirmed\tRecent\tFamily member',
  '',
].join('\n');

describe('every suite', () => {
  it('names the file that is missing, and the line that cannot be read', async () => {
    for (const suite of suites)
      expect(await suite.run(question({})), suite.name).toMatchObject({ ok: false, error: { kind: 'missing-file', name: suite.reads[0] } });
    const short = await named('early-warning-scores').run(question({ 'news2_boundaries.csv': 'case,rr\n1\n' }));
    expect(short).toMatchObject({ ok: false, error: { kind: 'unreadable', line: 2 } });
  });
});

describe('report-negation', () => {
  it('judges each label, with an interval, and says what was drawn', async () => {
    const judged = await named('report-negation').run(question({ 'negex_annotations.tsv': SENTENCES }));
    if (!judged.ok) throw new Error(judged.error.kind);
    expect(printed(judged.value)).toMatchObject({
      suite: 'report-negation',
      n: 4,
      nPatients: 0,
      resampled: 'sentence',
      precision: 1,
      recall: 1,
      f1: 1,
      historicalF1: 1,
      experiencerF1: 1,
    });
    expect(Object.keys(judged.value.ci).sort()).toEqual(['experiencerF1', 'f1', 'historicalF1', 'precision', 'recall']);
  });

  it('finds the condition where it stands in capitals, not in the heading before it', () => {
    const sentence = 'ALLERGIES:  He has no known ALLERGIES.';
    expect(placeOf(sentence, 'allergies')).toEqual({ start: 28, end: 37 });
    expect(placeOf('Denies any SHORTNESS OF   BREATH.', 'shortness of breath')).toEqual({ start: 11, end: 32 });
    expect(placeOf('Neck: Supple.', 'Neck: Supple.  No nodes')).toEqual({ start: 0, end: 13 });
  });
});

describe('a table', () => {
  it('keeps commas and doubled quotes inside quoted cells', () => {
    expect(cellsOf('a,"b, ""c""",,d', ',')).toEqual(['a', 'b, "c"', '', 'd']);
    expect(cellsOf('a,b,', ',')).toEqual(['a', 'b', '']);
  });

  it('forgives a byte order mark and Windows line ends', async () => {
    const table = await readTable(folder({ 'x.csv': '\uFEFFa,b\r\n1,2\r\n' }), 'x.csv');
    expect(table).toEqual({ ok: true, value: [{ line: 2, cells: { a: '1', b: '2' } }] });
  });
});
