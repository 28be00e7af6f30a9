import type { AuditRow, ScoresShown } from '@concord/core/ports';
import { base64 } from './base64.ts';
import { BALP, ENTITY_TYPE, OBJECT_ROLE, RESOURCE_TYPES, type Json } from './systems.ts';

const OBJECT = { system: ENTITY_TYPE, code: '2', display: 'System Object' };

/** What it was about: the patient, the one object or question that BALP asks for, further objects, scores, the request. */
export function entitiesOf(row: AuditRow): readonly Json[] {
  return [...(row.patientId === undefined ? [] : [patient(row.patientId)]), ...subjectOf(row), ...scoresOf(row.scores), transaction(row)];
}

function patient(id: string): Json {
  return {
    what: { reference: `Patient/${id}` },
    type: { system: ENTITY_TYPE, code: '1', display: 'Person' },
    role: { system: OBJECT_ROLE, code: '1', display: 'Patient' },
  };
}

/** BALP slices entities by type: exactly one System Object, so what else was handed out goes under its own FHIR type. */
function subjectOf(row: AuditRow): readonly Json[] {
  const { objects, query, resource } = row;
  // A read by id may carry parameters too (how much of it, in which form): only a search is a question to BALP.
  if (row.kind === undefined && row.action === 'E') return [question(asked(row, query ?? '')), ...objects.map(further)];
  const [first, ...rest] = objects;
  const what = first === undefined ? { display: resource } : referTo(first);
  const role = {
    system: OBJECT_ROLE,
    ...(row.kind === 'export' || row.kind === 'disclosure' ? { code: '3', display: 'Report' } : { code: '4', display: 'Domain Resource' }),
  };
  return [{ what, type: OBJECT, role, ...(query === undefined || query === '' ? {} : { description: query }) }, ...rest.map(further)];
}

/** The request as it was understood: route and parameters. */
function asked({ entry, resource }: AuditRow, query: string): string {
  if (entry === undefined) return query === '' ? resource : query;
  return query === '' ? entry : `${entry}?${query}`;
}

/** Not what it found; base64 as R4 asks. */
function question(text: string): Json {
  return { type: OBJECT, role: { system: OBJECT_ROLE, code: '24', display: 'Query' }, description: text, query: base64(text) };
}

function further(reference: string): Json {
  const type = /^([A-Z][A-Za-z]+)\//.exec(reference)?.[1] ?? 'ImagingStudy';
  return { what: referTo(reference), type: { system: RESOURCE_TYPES, code: type }, role: { system: OBJECT_ROLE, code: '4', display: 'Domain Resource' } };
}

/** A DICOM UID is an identifier; everything else of ours is a reference. */
function referTo(reference: string): Json {
  return reference.startsWith('urn:') ? { identifier: { system: 'urn:dicom:uid', value: reference } } : { reference };
}

/** Each score with the model that made it: which bundle, which blocks, from which inputs, and the hash of what was shown. */
function scoresOf(scores: ScoresShown | undefined): readonly Json[] {
  if (scores === undefined) return [];
  const { models, shown, trend } = scores;
  const each = shown.map((score) => {
    const model = models[score.model];
    return entity(`RiskAssessment/${score.assessmentId}`, {
      task: score.task,
      outcome: score.outcome,
      bundle: model?.bundle ?? 'unknown',
      blocksSha256: model?.blocksSha256.join(' ') ?? '',
      runtime: model?.runtime ?? '',
      inputsSha256: score.inputsSha256,
      outputSha256: score.outputSha256,
      modalitiesUsed: score.modalitiesUsed.join(' '),
    });
  });
  if (trend === undefined) return each;
  return [...each, entity(undefined, { trendCount: String(trend.count), trendSha256: trend.sha256 })];
}

function entity(reference: string | undefined, detail: Readonly<Record<string, string>>): Json {
  const said = Object.entries(detail).filter(([, value]) => value !== '');
  return {
    what: reference === undefined ? { display: 'earlier scores, as a curve' } : { reference },
    type: { system: RESOURCE_TYPES, code: 'RiskAssessment' },
    role: { system: OBJECT_ROLE, code: '3', display: 'Report' },
    detail: said.map(([type, valueString]) => ({ type, valueString })),
  };
}

function transaction({ requestId }: AuditRow): Json {
  return { what: { identifier: { value: requestId } }, type: { system: `${BALP}/CodeSystem/BasicAuditEntityType`, code: 'XrequestId' } };
}
