export { BackupSet, type BackedUp, type Manifest } from './backup-set.ts';
export { BackupError } from './sealed-file.ts';
