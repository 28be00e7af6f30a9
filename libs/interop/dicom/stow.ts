import type { DicomJson } from './json-model.ts';

/** What became of one part of a STOW-RS request. */
export type StowOutcome =
  | { readonly kind: 'stored'; readonly instance: InstanceReference; readonly warningReason?: number }
  | {
      readonly kind: 'failed';
      readonly instance?: Partial<InstanceReference>;
      readonly failureReason: number;
      readonly unreadable: boolean;
      readonly comment: string;
    };

export interface InstanceReference {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
}

/** Processing failure; duplicate SOP instance; SOP instance of another study than the address names. */
export const STOW_REASON = { processing: 0x0110, duplicate: 0x0111, otherStudy: 0xc409, notDicomPart: 0xc122 } as const;

/** Coercion of data elements: an instance was taken with a reservation that the Warning header explains. */
export const STOW_WARNING = 0xb000;

/** PS3.18 10.5.3: 200 all, 202 some or with warnings, 400 none and unreadable, 409 none and refused. */
export function stowStatus(outcomes: readonly StowOutcome[]): 200 | 202 | 400 | 409 {
  const failed = outcomes.filter((outcome) => outcome.kind === 'failed');
  if (failed.length === 0) return outcomes.some((outcome) => outcome.kind === 'stored' && outcome.warningReason !== undefined) ? 202 : 200;
  if (failed.length < outcomes.length) return 202;
  return failed.every(({ unreadable }) => unreadable) ? 400 : 409;
}

/** The store response of PS3.18 10.5.3; a sequence without an item is left out. @param root of DICOMweb, without a slash at its end. */
export function stowResponse(outcomes: readonly StowOutcome[], root: string): DicomJson {
  const stored = outcomes.flatMap((outcome) => (outcome.kind === 'stored' ? [referenced(outcome, root)] : []));
  const failures = outcomes.filter((outcome) => outcome.kind === 'failed');
  const named = failures.flatMap((failure) => (failure.instance?.sopInstanceUid === undefined ? [] : [failedItem(failure)]));
  const unnamed = failures.flatMap((failure) => (failure.instance?.sopInstanceUid === undefined ? [failedItem(failure)] : []));
  const studies = new Set(outcomes.flatMap((outcome) => (outcome.kind === 'stored' ? [outcome.instance.studyInstanceUid] : [])));
  const [study] = studies;
  return {
    ...(study !== undefined && studies.size === 1 && { '00081190': text('UR', `${root}/studies/${study}`) }),
    ...(named.length > 0 && { '00081198': { vr: 'SQ', Value: named } }),
    ...(stored.length > 0 && { '00081199': { vr: 'SQ', Value: stored } }),
    ...(unnamed.length > 0 && { '0008119A': { vr: 'SQ', Value: unnamed } }),
  };
}

function referenced({ instance, warningReason }: Extract<StowOutcome, { kind: 'stored' }>, root: string): DicomJson {
  const { studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: sop } = instance;
  return {
    '00081150': text('UI', instance.sopClassUid),
    '00081155': text('UI', sop),
    '00081190': text('UR', `${root}/studies/${study}/series/${series}/instances/${sop}`),
    ...(warningReason !== undefined && { '00081196': { vr: 'US', Value: [warningReason] } }),
  };
}

function failedItem({ instance, failureReason, comment }: Extract<StowOutcome, { kind: 'failed' }>): DicomJson {
  return {
    '00000902': text('LO', comment.slice(0, 64)),
    ...(instance?.sopClassUid !== undefined && { '00081150': text('UI', instance.sopClassUid) }),
    ...(instance?.sopInstanceUid !== undefined && { '00081155': text('UI', instance.sopInstanceUid) }),
    '00081197': { vr: 'US', Value: [failureReason] },
  };
}

const text = (vr: string, value: string) => ({ vr, Value: [value] });
