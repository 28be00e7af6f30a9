import { randomUUID } from 'node:crypto';
import { consentOf } from '../access-world.ts';
import * as fhir from '../fhir-door.ts';
import { isReachedInCare, mayRead, tendsTheBed, type Standing } from './oracle.ts';
import type { Whole } from './whole.ts';

export interface Sending {
  readonly path: string;
  readonly body?: unknown;
  readonly type?: string;
}

/** A route that writes about a patient, or answers about one by what is sent. */
export interface Act {
  readonly route: string;
  readonly send: (person: Whole) => Sending;
  /** DESIGN 7 read sentence by sentence: who may, of whom. */
  readonly may: (role: string, standing: Standing) => boolean;
  /** Holds once: asked with both walls only. */
  readonly once?: true;
  /** Who may is not asked here: it would end what others are asked about. Tested where this says. */
  readonly spared?: string;
}

const json = (path: string, body: unknown): Sending => ({ path, body, type: 'application/json' });
const only =
  (...roles: readonly string[]) =>
  (role: string): boolean =>
    roles.includes(role);
/** A stay that is over, and moves nobody into a ward. */
const PAST = { status: 'finished', period: { start: '2020-01-01T08:00:00Z', end: '2020-01-02T08:00:00Z' }, location: [] };
const source = only('integrator');
const soon = new Date(Date.now() + 7 * 86_400_000).toISOString();
const fromSource = (type: string, resource: (person: Whole) => object): Act => ({
  route: `POST /fhir/R4/${type}`,
  send: (p) => ({ path: `/fhir/R4/${type}`, body: { ...resource(p), identifier: [{ system: 'urn:matrix', value: randomUUID() }] } }),
  may: source,
});
const BOUNDARY = 'multipart/related; type="application/dicom"; boundary=b';
const noFilm = (path: string): Sending => ({ path, body: '--b\r\nContent-Type: text/plain\r\n\r\nno film\r\n--b--\r\n', type: BOUNDARY });

export const ACTS: readonly Act[] = [
  { route: 'POST /fhir/R4/Patient', send: (p) => ({ path: '/fhir/R4/Patient', body: fhir.person(p.canary) }), may: source },
  fromSource('Encounter', (p) => fhir.stay(p.id, 'ward-a', PAST)),
  fromSource('Observation', (p) => fhir.pulse(p.id, 71)),
  fromSource('DiagnosticReport', (p) => fhir.report(p.id, 'No effusion.')),
  { route: 'POST /fhir/R4', send: (p) => ({ path: '/fhir/R4', body: fhir.bundle('transaction', [fhir.pulse(p.id, 72)]) }), may: source },
  {
    route: 'POST /fhir/R4/Consent',
    send: (p) => ({ path: '/fhir/R4/Consent', body: { ...consentOf(p.id, []), identifier: [{ system: 'urn:registry', value: randomUUID() }] } }),
    may: (role, { isOwn }) => role === 'integrator' || (role === 'patient' && isOwn === true),
  },
  {
    route: 'POST /api/v1/ingest/wearables/csv',
    send: (p) => ({
      path: '/api/v1/ingest/wearables/csv',
      body: `patient,device,code,value,unit,effectiveAt,sentAt\n${p.canary},watch-1,8867-4,71,/min,${fhir.minutesAgo(30)},\n`,
      type: 'text/csv',
    }),
    may: source,
  },
  { route: 'POST /dicom-web/studies', send: () => noFilm('/dicom-web/studies'), may: source },
  { route: 'POST /dicom-web/studies/:study', send: (p) => noFilm(`/dicom-web/studies/${p.studyUid}`), may: source },
  {
    route: 'POST /api/v1/assessments/:id/counterfactual',
    send: (p) => json(`/api/v1/assessments/${p.assessmentId}/counterfactual`, { changes: [{ code: '8867-4', value: 80, unit: '/min' }] }),
    may: (role, standing) => mayRead(role, 'score', standing),
  },
  {
    route: 'POST /api/v1/patients/:id/devices',
    send: (p) => json(`/api/v1/patients/${p.id}/devices`, { device: `dev-${p.canary}`, paused: true }),
    may: (role, standing) => mayRead(role, 'device', standing),
  },
  {
    route: 'POST /api/v1/patients/:id/device-turns',
    send: (p) => json(`/api/v1/patients/${p.id}/device-turns`, { device: `dev-${p.canary}`, here: false }),
    may: tendsTheBed,
  },
  {
    route: 'POST /api/v1/patients/:id/held-readings',
    send: (p) => json(`/api/v1/patients/${p.id}/held-readings`, { device: `held-${p.canary}`, outcome: 'not-this-patient' }),
    may: tendsTheBed,
  },
  {
    route: 'POST /api/v1/patients/:id/disclosures',
    send: (p) =>
      json(`/api/v1/patients/${p.id}/disclosures`, { recipient: { name: 'A court' }, basis: 'judicial', disclosedAt: fhir.minutesAgo(60), what: ['reports'] }),
    may: only('privacy'),
  },
  {
    route: 'POST /api/v1/patients/:id/disclosure-suspensions',
    send: (p) => json(`/api/v1/patients/${p.id}/disclosure-suspensions`, { agency: 'An agency', request: 'oral', until: soon }),
    may: only('privacy'),
  },
  {
    route: 'POST /api/v1/discordances/:id/review',
    send: (p) => json(`/api/v1/discordances/${p.concordanceId}/review`, { outcome: 'film-stands' }),
    may: (role, standing) => role === 'radiologist' && isReachedInCare(role, standing),
    once: true,
  },
  {
    route: 'POST /api/v1/break-glass/look-up',
    send: (p) => json('/api/v1/break-glass/look-up', { system: 'urn:concord:demo:mrn', value: p.canary, birthDate: '1950-05-05' }),
    may: only('physician', 'nurse'),
  },
  {
    route: 'POST /api/v1/break-glass/grants',
    send: (p) =>
      json('/api/v1/break-glass/grants', { lookUpId: randomUUID(), patientId: p.id, reasonCode: 'urgent-care', reason: 'Collapsed on the other ward.' }),
    may: only('physician', 'nurse'),
  },
  {
    route: 'POST /api/v1/break-glass/grants/:id/end',
    send: (p) => json(`/api/v1/break-glass/grants/${p.grantId}/end`, {}),
    may: (role, { glassOf }) => glassOf === role,
    spared: 'access-break-glass.spec.ts',
  },
  {
    route: 'POST /api/v1/break-glass/reviews/:id',
    send: (p) => json(`/api/v1/break-glass/reviews/${p.grantId}`, { finding: 'justified', note: 'It was an emergency.' }),
    may: (role, { glassOf }) => role === 'privacy' && glassOf !== undefined,
    spared: 'access-break-glass.spec.ts',
  },
  {
    route: 'POST /api/v1/admin/care-teams',
    send: (p) => json('/api/v1/admin/care-teams', { patientId: p.id, name: 'kept', members: [] }),
    may: only('administrator'),
  },
  { route: 'POST /api/v1/erasures', send: (p) => json('/api/v1/erasures', { patientId: p.id, reason: 'objection' }), may: only('privacy') },
  {
    route: 'POST /api/v1/erasures/:id/confirm',
    send: (p) => json(`/api/v1/erasures/${p.erasureId}/confirm`, {}),
    may: only('privacy', 'administrator'),
  },
  { route: 'POST /api/v1/legal-holds', send: (p) => json('/api/v1/legal-holds', { patientId: p.id, basis: 'authority' }), may: only('privacy') },
  {
    route: 'POST /api/v1/legal-holds/:id/lift',
    send: (p) => json(`/api/v1/legal-holds/${p.holdId}/lift`, {}),
    may: only('privacy'),
    spared: 'erasure.spec.ts',
  },
  { route: 'GET /audit/people', send: (p) => ({ path: `/audit/people?patient=${p.id}` }), may: only('privacy') },
  { route: 'GET /audit', send: (p) => ({ path: `/audit?patient=${p.id}` }), may: only('privacy') },
  { route: 'POST /audit/bundles', send: (p) => json(`/audit/bundles?patient=${p.id}`, {}), may: only('privacy') },
];
