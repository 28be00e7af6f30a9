import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canary, DEBIAN_BIN } from '../erasure-canary.ts';

const missing = existsSync(`${DEBIAN_BIN}/pg_dump`) ? undefined : 'needs pg_dump of Postgres 15 from Debian';

describe.skipIf(missing !== undefined)(`planted patients, erased${missing === undefined ? '' : `: ${missing}`}`, () => {
  it('are found nowhere: dump, data files, log after its recycling point, blobs, server’s log; every proof holds', async () => {
    const report = await canary(3);
    expect(report.openBefore).toEqual([]);
    expect(report.seenBefore).toBe(1);
    expect(report.found).toEqual([]);
    expect(report.proofsHold).toBe(true);
  });
});
