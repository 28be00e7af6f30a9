import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activationSchema, modelsSchema, validationSchema, type Models } from '@concord/contracts';
import { openBackend } from '../../apps/api/src/open-backend.ts';
import { testDatabase } from '../database.ts';
import { startEdge, type RunningEdge } from '../edge.ts';

let edge: RunningEdge;
let shown: Models;

beforeAll(async () => {
  const database = await testDatabase();
  edge = await startEdge({ backend: openBackend, databaseUrl: database.url('app_rw') });
  shown = modelsSchema.parse(await (await edge.get('/api/v1/models', 'steward')).json());
});
afterAll(() => edge.close());

const NOTE = 'Three months of ward A, scored in the shadow, outcomes read from the charts.';

function figures(change: object = {}): object {
  const bundle = shown.bundles.find(({ id }) => id === shown.current);
  const calibration = bundle?.calibrations.find(({ head }) => head === 'decline-24h');
  return {
    bundle: shown.current,
    task: 'physiological-decline-24h',
    pattern: calibration?.pattern,
    ward: 'ward-a',
    patients: 412,
    events: 37,
    auroc: 0.81,
    slope: 0.97,
    observedExpected: 1.04,
    note: NOTE,
    ...change,
  };
}

const post = (path: string, as: string, body: unknown = '') => edge.post(`/api/v1/models${path}`, as, body, 'application/json');
const activity = async (): Promise<string> => (await edge.get('/audit?user=steward&_count=50', 'privacy')).text();

describe('the steward’s door to models', () => {
  it('shows every bundle with its figures, and which one answers', () => {
    expect(shown.bundles.find(({ state }) => state === 'active')?.id).toBe(shown.current);
    for (const { id, unusable, calibrations, intendedUse } of shown.bundles.filter(({ unusable: why }) => why === null))
      expect([id, unusable, calibrations.length > 0, intendedUse.length > 0]).toEqual([id, null, true, true]);
  });

  it('hands out the card as text, and none of a bundle that is not there', async () => {
    const card = await edge.get(`/api/v1/models/${shown.current}/card`, 'steward');
    expect([card.status, card.headers.get('content-type')]).toEqual([200, 'text/markdown; charset=utf-8']);
    expect(await card.text()).toContain(`\`${shown.current}\``);
    expect((await edge.get('/api/v1/models/..%2f..%2factive.json/card', 'steward')).status).toBe(404);
    expect((await edge.get('/api/v1/models/none/card', 'steward')).status).toBe(404);
  });

  it('tells the 31 source attributes on the card, and hands out the report page where one lies beside the weights', async () => {
    expect(await (await edge.get(`/api/v1/models/${shown.current}/card`, 'steward')).text()).toMatch(/\| 31 \| Updates \|/);
    for (const { id, report } of shown.bundles) {
      const page = await edge.get(`/api/v1/models/${id}/report`, 'steward');
      expect([id, page.status]).toEqual([id, report ? 200 : 404]);
      if (!report) continue;
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
      expect(await page.text()).toContain(`Bundle ${id}`);
    }
    expect((await edge.get(`/api/v1/models/${shown.current}/report`, 'physician')).status).toBe(403);
  });

  it('is closed to everyone else: a clinician must not swap the model at the bedside', async () => {
    for (const login of ['physician', 'nurse', 'integrator', 'privacy', 'patient']) {
      expect([login, (await edge.get('/api/v1/models', login)).status]).toEqual([login, 403]);
      expect([login, (await post('/rollback', login)).status]).toEqual([login, 403]);
      expect([login, (await post('/validations', login, figures())).status]).toEqual([login, 403]);
    }
    expect((await edge.get('/api/v1/models')).status).toBe(401);
  });

  it('activates a bundle after its probe set, rolls back, and leaves both on the record', async () => {
    const other = shown.bundles.find(({ state }) => state === 'previous');
    const activated = activationSchema.parse(await (await post(`/${other?.id ?? ''}/activate`, 'steward')).json());
    expect(activated).toMatchObject({ current: other?.id, previous: shown.current });
    expect(activated.maxDifference).toBeLessThan(1e-4);
    const back = activationSchema.parse(await (await post('/rollback', 'steward')).json());
    expect(back.current).toBe(shown.current);
    const record = await activity();
    expect(record).toContain(`ModelBundle/${other?.id ?? ''}`);
    expect((await post('/none/activate', 'steward')).status).toBe(404);
  });
});

describe('a local validation', () => {
  it('is recorded, shown with who recorded it, and withdrawn once', async () => {
    const answer = await post('/validations', 'steward', figures());
    expect(answer.status).toBe(201);
    const stored = validationSchema.parse(await answer.json());
    expect(stored).toMatchObject({ ...figures(), recordedBy: 'steward', withdrawnAt: null });
    expect((await post(`/validations/${stored.id}/withdraw`, 'steward')).status).toBe(200);
    expect((await post(`/validations/${stored.id}/withdraw`, 'steward')).status).toBe(404);
    const after = modelsSchema.parse(await (await edge.get('/api/v1/models', 'steward')).json());
    expect(after.validations.find(({ id }) => id === stored.id)).toMatchObject({ withdrawnBy: 'steward' });
  });

  it.each([
    ['more events than patients', { patients: 3, events: 4 }, 'events: more than patients'],
    ['a bundle that is not there', { bundle: 'none' }, 'bundle: there is none of this name'],
    ['a task that is not there', { task: 'none' }, 'task: there is none of this name'],
    ['inputs that were never calibrated together', { pattern: ['chest-imaging'] }, 'pattern: the bundle has no calibration'],
    ['a ward that is not there', { ward: 'ward-z' }, 'ward: there is none of this id'],
    ['a note that says nothing', { note: 'ok' }, 'note is too short or too small'],
    ['a field nobody declared', { patientId: 'x' }, 'body holds a field that nobody declared'],
    ['a chance above one', { auroc: 1.2 }, 'auroc is too long or too large'],
  ])('with %s is refused, and says where', async (_, change, reason) => {
    const answer = await post('/validations', 'steward', figures(change));
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain(reason);
  });

  it('that is no JSON is unreadable', async () => {
    expect((await post('/validations', 'steward', '{')).status).toBe(400);
  });
});
