import { ok, type Instant } from '@concord/core/kernel';
import type { Identifier, WardId } from '@concord/core/clinical';
import { fromBase64, fromUtf8 } from './base64.ts';
import { ID, type WireAttachment, type WireIdentifier } from './datatypes.ts';
import { optional, present, together, type Read } from './present.ts';
import { readCodes, readIdentifier, readMoment, readSpan, readTarget, refuse, type SpanOfTime } from './read-parts.ts';
import type { WireEncounter, WirePatient, WireReport } from './schemas.ts';
import type { SentEncounter, SentLocation, SentPatient, SentReport } from './sent.ts';

function identifiersOf(sent: readonly WireIdentifier[] | undefined): readonly Identifier[] {
  return (sent ?? []).map(readIdentifier).filter((known) => known !== undefined);
}

/** A person whom nothing identifies is refused: names are no identity. */
export function readPatient(sent: WirePatient): Read<SentPatient> {
  const identifiers = identifiersOf(sent.identifier);
  if (identifiers.length === 0) return refuse('required', 'an identifier with system and value is missing', 'Patient.identifier');
  return ok({
    type: 'Patient',
    identifiers,
    ...nameOf(sent),
    demographics: { sex: sent.gender ?? 'unknown', ...present({ birthDate: sent.birthDate }) },
    ...present({ label: labelOf(sent) }),
  });
}

const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';

/** The narrowest label that stands; U, L and M are no more open than N here. */
function labelOf({ meta }: WirePatient): SentPatient['label'] {
  const codes = (meta?.security ?? []).filter(({ system }) => system === CONFIDENTIALITY).map((one) => one.code);
  if (codes.length === 0) return undefined;
  return codes.includes('V') ? 'V' : codes.includes('R') ? 'R' : 'N';
}

function nameOf(sent: WirePatient): Pick<SentPatient, 'family' | 'given'> {
  const current = (sent.name ?? []).filter(({ use }) => use !== 'old' && use !== 'maiden');
  const name = current.find(({ use }) => use === 'official') ?? current[0];
  return { family: name?.family ?? name?.text ?? '', given: name?.given ?? [] };
}

export function readEncounter(sent: WireEncounter): Read<SentEncounter> {
  const parts = together({
    subject: readTarget(sent.subject, 'Patient', 'Encounter.subject'),
    span: readStay(sent),
    class: sent.class.code === undefined ? refuse('required', 'the class has no code', 'Encounter.class.code') : ok(sent.class.code),
    locations: readLocations(sent.location ?? []),
  });
  if (!parts.ok) return parts;
  const { span, ...known } = parts.value;
  return ok({ type: 'Encounter', ...known, ...span, identifiers: identifiersOf(sent.identifier), status: sent.status });
}

function readStay({ period }: WireEncounter): Read<SpanOfTime & { readonly start: Instant }> {
  const span = readSpan(period ?? {}, 'Encounter.period');
  if (!span.ok) return span;
  const { start } = span.value;
  return start === undefined ? refuse('required', 'the start of the period is missing', 'Encounter.period.start') : ok({ ...span.value, start });
}

type WireLocation = NonNullable<WireEncounter['location']>[number];

function readLocations(sent: readonly WireLocation[]): Read<readonly SentLocation[]> {
  const locations: SentLocation[] = [];
  for (const [index, entry] of sent.entries()) {
    const expression = `Encounter.location[${index}]`;
    const parts = together({ wardId: readPlace(entry, `${expression}.location`), span: readSpan(entry.period ?? {}, `${expression}.period`) });
    if (!parts.ok) return parts;
    const { wardId, span } = parts.value;
    locations.push({ wardId, ...span, ...present({ status: entry.status, bed: entry.location.display }) });
  }
  return ok(locations);
}

function readPlace(entry: WireLocation, expression: string): Read<WardId> {
  const target = readTarget(entry.location, 'Location', expression);
  if (!target.ok) return target;
  if (target.value.kind === 'id') return ok(asWard(target.value.id));
  // A place known by the sender's own identifier: kept under that value; it grants nothing unless a ward has that id.
  const value = target.value.kind === 'identifier' ? target.value.identifier.value : '';
  return ID.test(value) ? ok(asWard(value)) : refuse('not-supported', 'a location is named Location/{id}', expression);
}

function asWard(id: string): WardId {
  return id as WardId;
}

/** A report without text, while none is due or after it was withdrawn. */
const MAY_LACK_TEXT: readonly SentReport['status'][] = ['registered', 'cancelled', 'entered-in-error'];

export function readReport(sent: WireReport): Read<SentReport> {
  const parts = together({
    subject: readTarget(sent.subject, 'Patient', 'DiagnosticReport.subject'),
    encounter: optional(sent.encounter, (encounter) => readTarget(encounter, 'Encounter', 'DiagnosticReport.encounter')),
    codes: readCodes(sent.code, 'DiagnosticReport.code'),
    times: reportTimes(sent),
    text: reportText(sent),
  });
  if (!parts.ok) return parts;
  const { encounter, codes, times, ...known } = parts.value;
  const [code] = codes;
  if (code === undefined) return refuse('required', 'a coding with system and code is missing', 'DiagnosticReport.code');
  const form = sent.presentedForm?.[0];
  const [identifier] = identifiersOf(sent.identifier);
  return ok({
    type: 'DiagnosticReport',
    ...known,
    ...times,
    code,
    status: sent.status,
    contentType: 'text/plain',
    isImaging: isImaging(sent),
    ...present({ encounter, identifier, title: form?.title, language: form?.language ?? sent.language }),
  });
}

/** LOINC's radiology part, and the imaging sections of HL7 v2 table 0074. */
const IMAGING: readonly string[] = ['LP29684-5', 'RAD', 'RX', 'IMG', 'CT', 'XRC', 'NMR', 'NMS', 'RUS', 'CUS', 'OUS', 'VUS'];

/** A report that names no department is taken for what its text says. */
function isImaging({ category }: WireReport): boolean {
  const codes = (category ?? []).flatMap(({ coding }) => coding ?? []).flatMap(({ code }) => code ?? []);
  return codes.length === 0 || codes.some((code) => IMAGING.includes(code));
}

/** `issued` and the time of the study; either stands in for the other, one of them must be there. */
function reportTimes(sent: WireReport): Read<Pick<SentReport, 'issued' | 'effectiveAt'>> {
  if (sent.effectiveDateTime !== undefined && sent.effectivePeriod !== undefined)
    return refuse('structure', 'effective[x] stands twice', 'DiagnosticReport.effective');
  const { start, end } = sent.effectivePeriod ?? {};
  const studied = [sent.effectiveDateTime, end, start].find((time) => time !== undefined);
  const times = together({
    effective: optional(studied, (time) => readMoment(time, 'DiagnosticReport.effective')),
    issued: optional(sent.issued, (time) => readMoment(time, 'DiagnosticReport.issued')),
  });
  if (!times.ok) return times;
  const { effective, issued } = times.value;
  const [either] = [issued, effective].filter((time) => time !== undefined);
  if (either === undefined) return refuse('required', 'neither issued nor an effective time', 'DiagnosticReport.issued');
  return ok({ issued: issued ?? either, effectiveAt: effective ?? either });
}

function reportText(sent: WireReport): Read<string> {
  const form = sent.presentedForm?.[0];
  if (form !== undefined) return formText(form, 'DiagnosticReport.presentedForm[0]');
  if (sent.conclusion !== undefined) return ok(sent.conclusion);
  return MAY_LACK_TEXT.includes(sent.status) ? ok('') : refuse('required', 'the report has no text', 'DiagnosticReport.presentedForm');
}

const PLAIN_TEXT = /^text\/plain(;\s*charset=utf-8)?$/i;

function formText(form: WireAttachment, expression: string): Read<string> {
  if (form.contentType === undefined || !PLAIN_TEXT.test(form.contentType))
    return refuse('not-supported', 'only text/plain in UTF-8 is taken', `${expression}.contentType`);
  if (form.data === undefined) return refuse('required', 'the text is missing; a link is not followed', `${expression}.data`);
  const bytes = fromBase64(form.data);
  if (bytes === undefined) return refuse('value', 'not base64', `${expression}.data`);
  const text = fromUtf8(bytes);
  if (text === undefined || text.includes('\0')) return refuse('value', 'the text is not UTF-8, or holds NUL', `${expression}.data`);
  return text.trim() === '' ? refuse('value', 'the text is blank', `${expression}.data`) : ok(text);
}
