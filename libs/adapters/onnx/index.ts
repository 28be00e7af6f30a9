export {
  activateBundle,
  activeBundle,
  blocksFolder,
  bundleBytes,
  bundleIds,
  BundleUnusable,
  readActiveBundle,
  readBundle,
  readServableBundle,
  type ActiveBundle,
  type ModelFolders,
} from './bundles.ts';
export { SessionPool, type SessionPoolOptions } from './session-pool.ts';
