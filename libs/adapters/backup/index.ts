export { BackupSet, type BackedUp, type LogFile, type LogManifest, type Manifest } from './backup-set.ts';
export { BackupError } from './sealed-file.ts';
