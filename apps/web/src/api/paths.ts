/** The API as the dashboard uses it. Opaque ids only: no name, no record number, no birth date stands in a URL. */
export const paths = {
  session: '/api/v1/session',
  worklist: (ward: string | null) => `/api/v1/worklist${ward ? `?ward=${encodeURIComponent(ward)}` : ''}`,
  patients: '/api/v1/patients',
  patient: (id: string) => `/api/v1/patients/${encodeURIComponent(id)}`,
  timeline: (id: string) => `/api/v1/patients/${encodeURIComponent(id)}/timeline`,
  report: (id: string, report: string, version: number | null) =>
    `/api/v1/patients/${encodeURIComponent(id)}/reports/${encodeURIComponent(report)}${version === null ? '' : `?version=${String(version)}`}`,
  reconcile: '/api/v1/reconcile',
  discordances: '/api/v1/discordances',
  review: (id: string) => `/api/v1/discordances/${encodeURIComponent(id)}/review`,
  models: '/api/v1/models',
  modelCard: (id: string) => `/api/v1/models/${encodeURIComponent(id)}/card`,
  activate: (id: string) => `/api/v1/models/${encodeURIComponent(id)}/activate`,
  rollback: '/api/v1/models/rollback',
  validations: '/api/v1/models/validations',
  withdraw: (id: string) => `/api/v1/models/validations/${encodeURIComponent(id)}/withdraw`,
  audit: (query: string) => `/audit${query ? `?${query}` : ''}`,
  rendered: (image: { readonly studyInstanceUid: string; readonly seriesInstanceUid: string; readonly sopInstanceUid: string }) =>
    `/dicom-web/studies/${image.studyInstanceUid}/series/${image.seriesInstanceUid}/instances/${image.sopInstanceUid}/rendered`,
} as const;
