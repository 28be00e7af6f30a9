import { asFile } from '../../../audit/as-file.ts';

/** The search as FHIR AuditEvents, one a line. */
export function GET(request: Request): Promise<Response> {
  return asFile(request, 'application/fhir+ndjson');
}
