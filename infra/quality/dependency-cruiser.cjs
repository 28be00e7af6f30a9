// One table drives everything: who may import whom. Read it aloud; it is the architecture.
const MAY_IMPORT = {
  'libs/core': [],
  'libs/stages': ['libs/core'],
  'libs/interop': ['libs/core'],
  'libs/governance': ['libs/core'],
  'libs/contracts': ['libs/core'],
  'libs/generator': ['libs/core', 'libs/interop'],
  'libs/modalities': ['libs/core', 'libs/stages', 'libs/interop'],
  'libs/tasks': ['libs/core', 'libs/stages'],
  'libs/pipeline': ['libs/core', 'libs/stages', 'libs/modalities', 'libs/tasks', 'libs/governance'],
  'libs/adapters': ['libs/core', 'libs/interop', 'libs/governance'],
  'libs/ui': ['libs/core', 'libs/contracts'],
  'libs/testing': ['libs/core', 'libs/stages', 'libs/interop', 'libs/contracts'],
  'apps/web': ['libs/core', 'libs/contracts', 'libs/ui'],
  'apps/dev-identity': ['libs/core'],
};
const SHELL = ['libs/core', 'libs/interop', 'libs/modalities', 'libs/tasks', 'libs/governance', 'libs/pipeline', 'libs/adapters'];
Object.assign(MAY_IMPORT, {
  'apps/worker': SHELL,
  'apps/api': [...SHELL, 'libs/contracts'],
  'apps/cli': [...SHELL, 'libs/contracts', 'libs/generator'],
});
const PURE = '^libs/(core|stages|interop|modalities|tasks|governance|pipeline|contracts|generator)/';
const VENDOR_HOME = {
  'onnxruntime-node': 'libs/adapters/onnx',
  '@prisma/': 'libs/adapters/postgres',
  'pg(/|$)': 'libs/adapters/postgres',
  'pg-copy-streams': 'libs/adapters/postgres',
  'graphile-worker': 'libs/adapters/queue',
  '@cornerstonejs/codec': 'libs/adapters/codecs',
  'prom-client': 'libs/adapters/telemetry',
  'keycloak-connect': 'libs/adapters/keycloak',
  'dicom-parser': 'libs/interop/dicom',
};

const direction = Object.entries(MAY_IMPORT).map(([from, allowed]) => ({
  name: `direction: ${from}`,
  severity: 'error',
  comment: `${from} may import only: ${allowed.join(', ') || 'nothing of ours'}`,
  from: { path: `^${from}/`, pathNot: '\\.spec\\.tsx?$' },
  to: { path: '^(apps|libs)/', pathNot: [from, ...allowed].map((p) => `^${p}/`) },
}));
const peers = ['modalities', 'tasks', 'adapters'].map((group) => ({
  name: `peers: libs/${group}`,
  severity: 'error',
  comment: 'A plug-in never knows its siblings; share through stages or core.',
  from: { path: `^libs/${group}/([^/]+)/` },
  to: { path: `^libs/${group}/`, pathNot: [`^libs/${group}/$1/`] },
}));
const vendors = Object.entries(VENDOR_HOME).map(([name, home]) => ({
  name: `vendor: ${name}`,
  severity: 'error',
  comment: `${name} has one home: ${home}`,
  from: { pathNot: `^(test|prisma|${home})/` },
  to: { path: `(^|node_modules/)${name}` },
}));

module.exports = {
  forbidden: [
    ...direction,
    ...peers,
    ...vendors,
    { name: 'pure: no node built-ins', severity: 'error', from: { path: PURE, pathNot: '\\.spec\\.tsx?$' }, to: { dependencyTypes: ['core'] } },
    {
      name: 'pure: no framework',
      severity: 'error',
      from: { path: PURE, pathNot: '\\.spec\\.tsx?$' },
      to: { path: '(^|node_modules/)(@nestjs/|next(/|$)|react(/|-dom|$)|rxjs|reflect-metadata|express|fastify)' },
    },
    // A type that two neighbours share is no cycle: nothing of it is left when the program runs.
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    {
      name: 'no tests in product',
      severity: 'error',
      from: { pathNot: '(\\.spec\\.tsx?$|^test/|^libs/testing/)' },
      to: { path: '(\\.spec\\.tsx?$|^test/|^libs/testing/)' },
    },
    {
      name: 'doors only',
      severity: 'error',
      comment: 'Cross-package imports go through index.ts.',
      from: { path: '^(apps|libs)/([^/]+)/([^/]+)/' },
      to: { path: '^libs/(?!contracts|generator|ui|testing)[^/]+/[^/]+/.+', pathNot: ['^libs/[^/]+/[^/]+/index\\.ts$', '^$1/$2/$3/'] },
    },
    {
      name: 'doors only: flat',
      severity: 'error',
      comment: 'A group without folders has one door.',
      from: { path: '^(apps|libs|test)/([^/]+)/' },
      to: { path: '^libs/(contracts|generator|ui|testing)/', pathNot: ['^libs/[^/]+/index\\.ts$', '^$1/$2/', '\\.css$'] },
    },
    {
      name: 'stores: only withAccess',
      severity: 'error',
      comment: 'No store outside a decided, audited transaction.',
      from: { pathNot: '^libs/adapters/postgres/(stores/|with-access\\.ts$)' },
      to: { path: '^libs/adapters/postgres/stores/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)((dist|\\.next|generated)/|next-env\\.d\\.ts$)' },
    tsPreCompilationDeps: true,
    preserveSymlinks: false,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@concord/source', 'import', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.js'],
    },
  },
};
