import { seededRng } from '@concord/core/kernel';
import type { Rng } from '@concord/core/ports';
import { chestFacts, CONDITIONS, reportText, REPORT_STYLES } from '@concord/generator';
import { readReport } from '@concord/modalities/radiology-report';
import { describe, expect, it } from 'vitest';

const REPORTS = 100;

/** Reports of every style about every condition, the same on each run. */
function reports(): readonly string[] {
  const rng = seededRng('reports-as-written');
  return Array.from({ length: REPORTS }, (_, at) => {
    const condition = CONDITIONS[at % CONDITIONS.length] ?? 'pneumonia';
    const facts = chestFacts({ condition, severity: rng.next(), rng });
    return reportText({ facts, condition, rng, style: REPORT_STYLES[at % REPORT_STYLES.length] ?? 'prose' });
  });
}

/** What each finding is said to be, and in which part of the report. */
function told(text: string): readonly string[] {
  const { assertions, sentences } = readReport(text);
  return assertions.map(({ finding, assertion, sentence }) => `${sentences[sentence]?.section ?? ''} ${finding} ${assertion}`);
}

/** Findings that the report denies throughout and the spoilt one asserts: each is a false finding on someone's page. */
function denialsLost(plain: string, spoilt: string): readonly string[] {
  const meant = (text: string) => readReport(text).assertions.map(({ finding, assertion }) => [finding, assertion] as const);
  const before = meant(plain);
  const denied = (finding: string): boolean => before.some(([own]) => own === finding) && before.every(([own, how]) => own !== finding || how === 'absent');
  return meant(spoilt).flatMap(([finding, assertion]) => (assertion === 'present' && denied(finding) ? [finding] : []));
}

const words = (text: string, count: number): string => text.replace(new RegExp(`((?:\\S+ ){${count - 1}}\\S+) `, 'g'), '$1\n');
const column = (text: string, width: number): string => text.replace(new RegExp(`(.{1,${width}})(?: +|$)`, 'gm'), '$1\n').replace(/\n\n(?=[^\n])/g, '\n');
const exchanged = (text: string, rng: Rng): string =>
  text.replace(/\b[a-z]{5,}\b/gi, (word) => {
    if (rng.next() >= 0.1) return word;
    const at = 1 + Math.floor(rng.next() * (word.length - 3));
    return `${word.slice(0, at)}${word.charAt(at + 1)}${word.charAt(at)}${word.slice(at + 2)}`;
  });

describe('a report as a hospital really writes it', () => {
  it.each([
    ['four words a line', (text: string) => words(text, 4)],
    ['seven words a line', (text: string) => words(text, 7)],
    ['40 characters a line', (text: string) => column(text, 40)],
    ['60 characters a line', (text: string) => column(text, 60)],
    ['four words a line in capitals', (text: string) => words(text, 4).toUpperCase()],
    ['40 characters a line in capitals', (text: string) => column(text, 40).toUpperCase()],
  ])('loses no denial and no finding to broken lines: %s', (_, broken) => {
    const differing = reports().filter((text) => told(broken(text)).join() !== told(text).join());
    expect(differing).toEqual([]);
  });

  it('loses no denial to commas and colons that an interface dropped, and hardly a finding', () => {
    const pairs = reports().map((text) => ({ text, spoilt: text.replace(/[,;:]/g, '') }));
    expect(pairs.flatMap(({ text, spoilt }) => denialsLost(text, spoilt))).toEqual([]);
    expect(pairs.filter(({ text, spoilt }) => told(text).join() === told(spoilt).join()).length).toBeGreaterThan(0.9 * REPORTS);
  });

  it('loses no denial to slips of the pen, and hardly a finding', () => {
    const rng = seededRng('slips');
    const pairs = reports().map((text) => ({ text, spoilt: exchanged(text, rng) }));
    expect(pairs.flatMap(({ text, spoilt }) => denialsLost(text, spoilt))).toEqual([]);
    expect(pairs.filter(({ text, spoilt }) => told(text).join() === told(spoilt).join()).length).toBeGreaterThan(0.9 * REPORTS);
  });
});
