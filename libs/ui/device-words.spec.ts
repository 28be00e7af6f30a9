import { describe, expect, it } from 'vitest';
import { deviceWarning, heldWords } from './device-words.ts';

const TOLD = { nowMs: Date.parse('2026-03-01T12:30:00Z'), zone: 'UTC' };
const MONITOR = { device: 'monitor-7', newestAt: '2026-03-01T12:00:00Z', contestedAt: null, ended: null, held: null };

describe('what a page says of a device', () => {
  it('is nothing while the device speaks for the patient alone', () => {
    expect(deviceWarning(MONITOR, TOLD)).toBeNull();
  });

  it('is that it spoke for another patient too, and that somebody must look', () => {
    const said = deviceWarning({ ...MONITOR, contestedAt: '2026-03-01T12:00:00Z' }, TOLD);
    expect(`${said?.head ?? ''}${said?.rest ?? ''}`).toMatch(/^monitor-7 spoke for another patient too at 12:00\. Look whom it is on/);
  });

  it('is by whose word it is not on this patient, before anything else', () => {
    const said = deviceWarning({ ...MONITOR, contestedAt: '2026-03-01T12:00:00Z', ended: { at: '2026-03-01T12:10:00Z', by: 'nurse' } }, TOLD);
    expect(`${said?.head ?? ''}${said?.rest ?? ''}`).toBe(
      'monitor-7 is not on this patient since 12:10, says nurse. What it sends under this name is kept and not scored.',
    );
  });

  it('counts the readings that wait, and names no number that may be somebody else’s', () => {
    const one = { device: 'monitor-7', count: 1, oldest: '2026-03-01T12:00:00Z', newest: '2026-03-01T12:00:00Z' };
    expect(heldWords(one, TOLD)).toBe('1 reading of monitor-7, 12:00');
    expect(heldWords({ ...one, count: 3, newest: '2026-03-01T12:20:00Z' }, TOLD)).toBe('3 readings of monitor-7, 12:00 to 12:20');
  });
});
