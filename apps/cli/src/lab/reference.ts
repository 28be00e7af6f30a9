import type { ModalityPlugin, ModalityStream, Reading, ReportId, ReportValue, SourceId, TensorInput } from '@concord/core/clinical';
import { hours, instant, minus, seededRng, type Instant } from '@concord/core/kernel';
import type { ModelRunner } from '@concord/core/ports';
import { chestPhantom, chestSample, labValues, PHANTOM_BITS } from '@concord/generator';
import type { BundleManifest, ReferenceEntry, ReferenceToken } from '@concord/governance/models';
import { chestImaging, PREPARED_SIDE, prepareChest } from '@concord/modalities/chest-imaging';
import { labs } from '@concord/modalities/labs';
import { radiologyReport, readReport } from '@concord/modalities/radiology-report';
import { encodeAll } from '@concord/pipeline/assess';

/** Invented patients, from well to very sick in even steps: enough for a mean, few enough to ask with every score. */
const PATIENTS = 6;
const SEED = 'reference 1';
const PHANTOM_SIDE = 256;
/** How old what they bring is: it has just arrived. */
const AGE = hours(1);
const AT = instant(0);
const DIGITS = 1e3;

/** What sources of invented patients say through the encoders and tables of a bundle. */
export async function referenceOf(bundle: BundleManifest, runner: ModelRunner): Promise<readonly ReferenceEntry[]> {
  const rng = seededRng(SEED);
  const patients = Array.from({ length: PATIENTS }, (_, place) => {
    const severity = place / (PATIENTS - 1);
    const chest = chestSample({ severity, rng });
    return { report: reportInput(chest.text), film: filmInput(chest, place), labs: labRow(labValues({ severity, rng })) };
  });
  const tokensOf = async (plugin: Pick<ModalityPlugin, 'kind' | 'encoder'>, inputs: readonly TensorInput[]): Promise<ReferenceEntry> => {
    const { encoder } = plugin.encoder;
    const block = bundle.encoders[encoder]?.block;
    if (block === undefined) return { modality: plugin.kind };
    const encoded = await encodeAll(inputs, encoder, { bundle, runner });
    return { modality: plugin.kind, tokens: { block, patients: encoded.map((tokens) => spoken(tokens, bundle.fusion.width)) } };
  };
  return [
    await tokensOf(radiologyReport, patients.map(({ report }) => report)), // prettier-ignore
    await tokensOf(chestImaging, patients.map(({ film }) => film)), // prettier-ignore
    { modality: labs.kind, rows: patients.map((patient) => patient.labs) },
  ];
}

function spoken({ data, mask, ageHours }: { data: Float32Array; mask: Uint8Array; ageHours: Float32Array }, width: number): readonly ReferenceToken[] {
  return [...mask.keys()]
    .filter((place) => mask[place] === 1)
    .map((place) => ({
      place,
      ageHours: ageHours[place] ?? 0,
      data: [...data.subarray(place * width, (place + 1) * width)].map((value) => Math.round(value * DIGITS) / DIGITS),
    }));
}

function streamOf<V>(kind: ModalityStream<V>['kind'], values: readonly V[], effectiveAt: Instant): ModalityStream<V> {
  const observations = values.map((value, place) => ({
    id: `reference-${place}`,
    effectiveAt,
    availableAt: effectiveAt,
    value,
    sourceId: 'reference' as SourceId,
  }));
  return { kind, observations };
}

function reportInput(text: string): TensorInput {
  const value: ReportValue = { reportId: 'reference' as ReportId, version: 1, status: 'final', code: '30746-2', text, derived: readReport(text) };
  return radiologyReport.align(streamOf(radiologyReport.kind, [value], minus(AT, AGE)), AT);
}

function filmInput({ findings }: Pick<ReturnType<typeof chestSample>, 'findings'>, seed: number): TensorInput {
  const { columns, rows, grey } = chestPhantom({ seed, findings, size: PHANTOM_SIDE });
  const prepared = prepareChest({ columns, rows, grey: Uint8Array.from(grey, (value) => value >> (PHANTOM_BITS - 8)) });
  const tokens = chestImaging.encoder.tokens;
  return {
    name: chestImaging.kind,
    data: Float32Array.from(prepared.grey),
    shape: [1, PREPARED_SIDE, PREPARED_SIDE],
    tokenMask: new Uint8Array(tokens).fill(1),
    tokenAgeHours: new Float32Array(tokens).fill(AGE / hours(1)),
  };
}

/** Columns of the table that are known after one draw. */
function labRow(values: readonly { readonly code: string; readonly value: number }[]): Readonly<Record<string, number>> {
  const readings = values.map(({ code, value }): Reading => ({ code, number: value, device: null }));
  const { table } = labs;
  const row = table?.row(streamOf(labs.kind, readings, minus(AT, AGE)), AT) ?? new Float32Array();
  return Object.fromEntries((table?.columns ?? []).flatMap((name, place) => (Number.isNaN(row[place] ?? Number.NaN) ? [] : [[name, row[place] ?? 0]])));
}
