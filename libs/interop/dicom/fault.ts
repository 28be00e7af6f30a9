/** Why a part was not taken. `reason` names the place and the rule, never a value of the file. */
export interface DicomFault {
  readonly kind: 'not-dicom' | 'malformed' | 'over-limit' | 'unsupported' | 'does-not-match';
  readonly reason: string;
}

/** Failure Reason (0008,1197) per kind. PS3.4 table GG.4-1, PS3.18 10.5.3. */
export const FAILURE_REASON = {
  'not-dicom': 0xc000,
  malformed: 0xc000,
  'over-limit': 0xa700,
  unsupported: 0xc122,
  'does-not-match': 0xa900,
} as const satisfies Record<DicomFault['kind'], number>;
