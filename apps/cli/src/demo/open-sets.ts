import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sha256 } from '@concord/adapters/crypto';
import { hours, minutes, plus, seededRng, type Instant } from '@concord/core/kernel';
import {
  demoCast,
  jpegDicom,
  reportText,
  type DemoImage,
  type DemoPatient,
  type FactFinding,
  type GeneratedReading,
  type ReportFact,
} from '@concord/generator';
import { splitOf } from '@concord/governance/models';
import { ANALYTES } from '@concord/modalities/labs';
import { cellsOf, hourlyRecords, type HourlyRecord } from '@concord/pipeline/evaluate';
import { labelsOf, type DemoSource } from './demo-source.ts';

const STAYS = 'physionet2019_sepsis/vitals_hourly.csv.gz';
const FILMS = 'nih_cxr_subset';
/** Hours of a stay that lie before the demo begins; what remains of it comes in hour by hour. */
const PAST_HOURS = 30;
const STAY_HOURS_LEAST = 40;
const ADULT = 18;

/** Pulse, respiration, oxygen saturation, pressures, temperature: what a monitor sends; beside them what the laboratory found. */
const SIGNS: ReadonlySet<string> = new Set(['8867-4', '9279-1', '2708-6', '8480-6', '8462-4', '8310-5']);

const LABS: ReadonlySet<string> = new Set(ANALYTES.map(({ code }) => code));

/** Names of the films' labels, as the grammar writes them. */
const FACTS: Readonly<Record<string, FactFinding>> = {
  Pneumonia: 'pneumonia',
  Infiltration: 'opacity',
  Consolidation: 'consolidation',
  Effusion: 'effusion',
  Edema: 'edema',
  Atelectasis: 'atelectasis',
  Cardiomegaly: 'cardiomegaly',
  Pneumothorax: 'pneumothorax',
  Emphysema: 'emphysema',
  Nodule: 'nodule',
};

interface Film {
  readonly file: string;
  /** Another film of the same person with the same view and labels, of another day; undefined where the set has none. */
  readonly again: string | undefined;
  readonly patient: string;
  readonly labels: readonly string[];
  readonly view: 'PA' | 'AP';
}

/** Real parts of one invented patient: a stay, one or two films, and a report that the grammar wrote from their labels. */
interface Parts {
  readonly stay: HourlyRecord;
  readonly film: Film;
}

/** Demo patients of open sets, each with the parts that it was put together from. */
export interface OpenSets extends DemoSource {
  /** Ids of the stay and of the film's patient in their sets; undefined for a patient of another cast. */
  provenance(patient: DemoPatient): { readonly stay: string; readonly filmPatient: string } | undefined;
}

/**
 * Demo patients assembled from a folder of open sets (`physionet2019_sepsis`, `nih_cxr_subset`), of validation patients alone: no part
 * was learned from. The stay keeps its own distances in time and is laid on the demo's clock; the film is wrapped as it is.
 * @throws when a file of the folder is missing.
 */
export function openSets(folder: string): OpenSets {
  const [stays, films] = [staysOf(folder), filmsOf(folder)];
  const parts = new Map<string, Parts>();
  return {
    kind: 'assembled',
    provenance: ({ key }) => {
      const own = parts.get(key);
      return own && { stay: own.stay.patientId, filmPatient: own.film.patient };
    },
    cast: (clock) =>
      demoCast(clock).flatMap((line, index) => {
        const [stay, film] = [stays[index], films[index]];
        if (stay === undefined || film === undefined) return [];
        const patient = assembled(line, { stay, film }, clock.anchor);
        parts.set(patient.key, { stay, film });
        return [patient];
      }),
    readings: (patient, from, to) => readingsOf(patient, parts.get(patient.key)?.stay, { from, to }),
    film: (patient, image) => Promise.resolve(wrapped(folder, { patient, image, film: parts.get(patient.key)?.film })),
  };
}

function assembled(line: DemoPatient, { stay, film }: Parts, anchor: Instant): DemoPatient {
  const born = new Date(anchor).getUTCFullYear() - Math.round(stay.ageYears);
  return {
    ...line,
    key: `open-${line.key}`,
    mrn: line.mrn.replace('CD-', 'CO-'),
    birthDate: `${String(born)}-01-01`,
    special: line.special === 'signs-in-to-see-own-record' ? line.special : undefined,
    admittedAt: plus(anchor, hours(-PAST_HOURS)),
    ...chestOf(line, film, anchor),
  };
}

/** From one exposure of a study to the next. */
const MINUTES_BETWEEN_FILMS = 4;

/** The line's films and report, or ones of its own where the generator drew none: every patient of the open sets has both. */
function chestOf({ plan, images, reports, key }: DemoPatient, film: Film, anchor: Instant): Pick<DemoPatient, 'images' | 'reports'> {
  const takenAt = plus(anchor, hours(-6));
  const [image] = images;
  const [report] = reports;
  const facts = factsOf(film);
  const files = [film.file, ...(film.again === undefined ? [] : [film.again])];
  const uid = (file: string, part: string): string => `2.25.${BigInt(`0x${sha256(new TextEncoder().encode(`${file} ${part}`)).slice(0, 28)}`).toString()}`;
  return {
    images: files.map((file, at) => ({
      accession: image?.accession ?? `ACO-${key}`,
      studyInstanceUid: uid(film.file, 'study'),
      seriesInstanceUid: uid(file, 'series'),
      sopInstanceUid: uid(file, 'instance'),
      takenAt: plus(takenAt, minutes(at * MINUTES_BETWEEN_FILMS)),
      seed: plan.seed + 500_000 + at * 1_000_000,
      studySeed: plan.seed + 500_000,
      findings: [],
    })),
    reports: [
      {
        identifier: `O${report?.identifier ?? key}`,
        issuedAt: plus(takenAt, hours(0.6)),
        status: 'final',
        text: reportText({ facts, condition: 'pneumonia', style: 'prose', view: film.view, rng: seededRng(film.file) }),
      },
    ],
  };
}

function factsOf({ labels }: Film): readonly ReportFact[] {
  const named = new Set(labels.flatMap((label) => FACTS[label] ?? []));
  const denied = (['pneumothorax', 'effusion'] as const).filter((finding) => !named.has(finding));
  const clear: readonly ReportFact[] = named.size === 0 ? [{ finding: 'opacity', certainty: 'absent' }] : [];
  return [
    ...[...named].map((finding): ReportFact => ({ finding, certainty: 'present' })),
    ...clear,
    ...denied.map((finding): ReportFact => ({ finding, certainty: 'absent' })),
  ];
}

/** A row of the record is known at its end; each value keeps its hour. */
function readingsOf({ admittedAt, bed }: DemoPatient, stay: HourlyRecord | undefined, { from, to }: { readonly from: Instant; readonly to: Instant }) {
  const readings: GeneratedReading[] = [];
  for (const [row, sent] of (stay?.sent ?? []).entries()) {
    const effectiveAt = plus(admittedAt, hours(row + 1));
    if (effectiveAt <= from || effectiveAt > to) continue;
    for (const { code, value, unit } of sent) {
      const device = SIGNS.has(code) ? `monitor-${bed.toLowerCase()}` : null;
      if (device !== null || LABS.has(code)) readings.push({ effectiveAt, reading: { code, number: value, unit, device } });
    }
  }
  return readings;
}

function wrapped(
  folder: string,
  { patient, image, film }: { readonly patient: DemoPatient; readonly image: DemoImage; readonly film: Film | undefined },
): Uint8Array {
  if (film === undefined) throw new Error('a demo film belongs to a patient of the cast');
  const isFirst = image.seed === image.studySeed;
  const jpeg = readFileSync(join(folder, FILMS, 'images', isFirst ? film.file : (film.again ?? film.file)));
  const set = isFirst ? 'NIH ChestX-ray14' : 'NIH ChestX-ray14, of another day, laid into this study';
  return jpegDicom(jpeg, { ...labelsOf(patient, image), viewPosition: film.view }, { set, sha256: sha256(jpeg) }).bytes;
}

function staysOf(folder: string): readonly HourlyRecord[] {
  const csv = gunzipSync(readFileSync(join(folder, STAYS))).toString('utf8');
  return [...hourlyRecords(csv)].filter(
    ({ patientId, ageYears, hours: rows }) => rows.length >= STAY_HOURS_LEAST && ageYears >= ADULT && splitOf(patientId, sha256) === 'validation',
  );
}

function filmsOf(folder: string): readonly Film[] {
  const [head = '', ...lines] = readFileSync(join(folder, FILMS, 'labels.csv'), 'utf8')
    .trim()
    .split(/\r?\n/);
  const columns = cellsOf(head, ',');
  const shown = lines.flatMap((line): readonly Omit<Film, 'again'>[] => {
    const cells = cellsOf(line, ',');
    const of = (name: string): string => cells[columns.indexOf(name)] ?? '';
    const patient = of('patient_id');
    if (splitOf(patient, sha256) !== 'validation' || Number(of('age')) < ADULT) return [];
    return [{ file: of('file'), patient, labels: of('finding_labels').split('|'), view: of('view') === 'PA' ? 'PA' : 'AP' }];
  });
  return [...Map.groupBy(shown, ({ patient }) => patient).values()].flatMap(([first, ...others]): readonly Film[] => {
    if (first === undefined) return [];
    const again = others.find(({ view, labels }) => view === first.view && labels.join() === first.labels.join())?.file;
    return [{ ...first, again }];
  });
}
