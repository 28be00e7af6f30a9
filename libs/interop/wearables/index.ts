export { readRecords, type CsvError, type CsvRecord } from './csv-records.ts';
export { CSV_HEADER, CSV_ROWS_MAX, readVitalsCsv, type CsvFile, type CsvRow } from './vitals-csv.ts';
