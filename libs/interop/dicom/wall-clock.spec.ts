import { describe, expect, it } from 'vitest';
import { parseAttributes } from './dataset.ts';
import { writePart10, type DicomElement } from './part10.ts';
import { preScan } from './pre-scan.ts';
import { imageTime } from './wall-clock.ts';

function timeOf(fields: Readonly<Record<string, string>>) {
  const vrs: Readonly<Record<string, string>> = { '0008002A': 'DT', '00080201': 'SH', '00080030': 'TM', '00080032': 'TM' };
  const elements = Object.entries(fields).map(([tag, value]): DicomElement => ({ tag: Number.parseInt(tag, 16), vr: vrs[tag] ?? 'DA', value }));
  const bytes = writePart10({ sopClassUid: '1.2', sopInstanceUid: '1.3', elements: [...elements, { tag: 0x00280010, vr: 'US', value: [1] }] });
  const scan = preScan(bytes);
  const attributes = scan.ok && parseAttributes(bytes, scan.value);
  const time = attributes && attributes.ok ? imageTime(attributes.value, 'Europe/Berlin') : { kind: 'unread' as const };
  return time.kind === 'known' ? new Date(time.at).toISOString() : time.kind;
}

describe('when a film was taken', () => {
  it('is read in the zone that the file names, else in that of the source', () => {
    expect(timeOf({ '00080022': '20261120', '00080032': '063000', '00080201': '+0000' })).toBe('2026-11-20T06:30:00.000Z');
    expect(timeOf({ '00080022': '20261120', '00080032': '063000' })).toBe('2026-11-20T05:30:00.000Z');
    expect(timeOf({ '00080022': '20260720', '00080032': '063000.25' })).toBe('2026-07-20T04:30:00.250Z');
    expect(timeOf({ '0008002A': '20261120063000.5-0500', '00080020': '20200101' })).toBe('2026-11-20T11:30:00.500Z');
  });

  it('prefers acquisition to study, and a date alone counts from its first minute', () => {
    expect(timeOf({ '00080020': '20261119', '00080022': '20261120', '00080201': '+0100' })).toBe('2026-11-19T23:00:00.000Z');
  });

  it('is not guessed in the hour that the clocks repeat or leave out', () => {
    expect(timeOf({ '00080022': '20261025', '00080032': '023000' })).toBe('ambiguous');
    expect(timeOf({ '00080022': '20260329', '00080032': '023000' })).toBe('ambiguous');
    expect(timeOf({ '00080022': '20261025', '00080032': '023000', '00080201': '+0200' })).toBe('2026-10-25T00:30:00.000Z');
  });

  it('that no calendar has, or that is missing, is impossible', () => {
    expect(timeOf({ '00080022': '20260230' })).toBe('impossible');
    expect(timeOf({ '00080022': '20261301' })).toBe('impossible');
    expect(timeOf({})).toBe('impossible');
  });
});
