export { clamdScanner, ScannerUnavailable, type ClamdSettings, type Scan } from './clamd.ts';
