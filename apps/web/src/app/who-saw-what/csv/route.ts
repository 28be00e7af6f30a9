import { asFile } from '../../../audit/as-file.ts';

/** The search as a table for a spreadsheet. */
export function GET(request: Request): Promise<Response> {
  return asFile(request, 'text/csv');
}
