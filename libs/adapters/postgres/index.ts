export { openSequencer, type Sequenced, type Sequencer, type SequencerSettings, type TagOpener } from './audit-log/sequencer.ts';
export { benchTimelineWindow, type WindowBench, type WindowBenchSettings } from './bench/timeline-window.ts';
export { startCluster, type Cluster, type ClusterSettings } from './cluster/cluster.ts';
export { prepareServer } from './cluster/prepare.ts';
export { openSessionStore } from './identity/session-store.ts';
export { migrate, type AlsoMigrate } from './schema/migrate.ts';
export { moveKeys } from './schema/move-keys.ts';
export { seedReferenceData } from './schema/reference-data.ts';
export { openDatabase, type AccessPolicy, type Database, type DatabaseSettings } from './with-access.ts';
