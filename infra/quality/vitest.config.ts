import { defineConfig } from 'vitest/config';
import { defaultServerConditions } from 'vite';

// The condition makes the packages resolve to their sources, so that no build is needed before a test.
const conditions = ['@concord/source'];
const root = new URL('../../', import.meta.url).pathname;
const shared = {
  ssr: { resolve: { conditions: [...conditions, ...defaultServerConditions] } },
  resolve: { conditions },
};
const slow = { testTimeout: 60_000, hookTimeout: 180_000 };

/** One project per tier; `concord test` runs them in this order. */
export default defineConfig({
  root,
  ...shared,
  test: {
    projects: [
      {
        ...shared,
        root,
        test: { name: 'unit', include: ['{libs,apps}/**/*.spec.{ts,tsx}'], exclude: ['**/node_modules/**', '**/dist/**', '**/.next/**'], testTimeout: 20_000 },
      },
      { ...shared, root, test: { name: 'architecture', include: ['test/architecture/**/*.spec.ts'], ...slow } },
      { ...shared, root, test: { name: 'conformance', include: ['test/{conformance,contract,golden}/**/*.spec.ts'], ...slow } },
      {
        ...shared,
        root,
        test: { name: 'integration', include: ['test/integration/**/*.spec.ts'], globalSetup: ['test/global-setup.ts'], maxWorkers: 2, ...slow },
      },
      {
        ...shared,
        root,
        test: {
          name: 'e2e',
          expect: { poll: { timeout: 10_000 } },
          include: ['test/e2e/**/*.spec.ts'],
          maxWorkers: 1,
          fileParallelism: false,
          ...slow,
          testTimeout: 120_000,
        },
      },
      {
        ...shared,
        root,
        test: {
          name: 'keycloak',
          include: ['test/keycloak/**/*.spec.ts'],
          globalSetup: ['test/keycloak-server.ts'],
          maxWorkers: 1,
          fileParallelism: false,
          ...slow,
          hookTimeout: 360_000,
        },
      },
      {
        ...shared,
        root,
        test: {
          name: 'campaign',
          include: ['test/campaign/**/*.spec.ts'],
          globalSetup: ['test/global-setup.ts'],
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 4 * 3_600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
