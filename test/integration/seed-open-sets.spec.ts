import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDicomReader } from '@concord/adapters/codecs';
import { hours, instant, plus } from '@concord/core/kernel';
import { tasks } from '@concord/tasks/registry';
import { feedOnce } from '../../apps/cli/src/demo/feed-demo.ts';
import { openSets } from '../../apps/cli/src/demo/open-sets.ts';
import { seedDemo } from '../../apps/cli/src/demo/seed-demo.ts';
import { openModel, type TestModel } from '../model.ts';
import { testStores, type TestStores } from '../stores.ts';

const data = fileURLToPath(new URL('../../../shared/data', import.meta.url));
const NOW = instant(Date.now());

// Under CONCORD_STRICT=1 the missing folder fails the test instead.
describe.skipIf(!existsSync(data) && process.env['CONCORD_STRICT'] !== '1')('a demo of open sets (skipped where shared/data is absent)', () => {
  let stores: TestStores;
  let model: TestModel;
  const reader = openDicomReader();

  beforeAll(async () => {
    [stores, model] = [await testStores(), await openModel()];
  });
  afterAll(() => Promise.all([stores.close(), model.runner.close(), reader.close()]));

  it('lays patients down once, scores their past, and goes on hour by hour', async () => {
    const source = openSets(data);
    const { withAccess } = stores.api;
    const parts = {
      layDown: { withAccess, reader, zone: 'UTC', source },
      scores: { withAccess: stores.worker.withAccess, assess: model.assess, tasks },
      dataDir: stores.folder,
      now: () => NOW,
      patients: 2,
      progress: () => undefined,
    };
    const seeded = await seedDemo(parts);
    expect(seeded).toMatchObject({ patients: 2, added: 2 });
    expect(seeded.assessments).toBeGreaterThan(20);
    expect(await seedDemo(parts)).toMatchObject({ patients: 2, added: 0 });
    expect(await feedOnce(plus(NOW, hours(2)), { withAccess, dataDir: stores.folder, patients: 2, source })).toBeGreaterThan(0);
  });
});
