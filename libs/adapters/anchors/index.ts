export { newestHead, openAnchors, splitNotes, type Anchored, type Anchors } from './anchors.ts';
export { openBundleFiles, type BundleFiles } from './bundle-files.ts';
export { auditFolder, publishKeys, type AuditFolder, type PublishedKeys } from './folder.ts';
export { openReceiptLog, type ReceiptLog } from './receipt-log.ts';
export { readStatus, writeStatus, type LogStatus } from './status.ts';
