export { LedgerError, openLedger, type ErasureLedger, type LedgerLine } from './ledger.ts';
