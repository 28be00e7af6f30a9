import type { AuditKind } from '@concord/core/ports';

/** How a kind of event stands in the record: DICOM PS3.16 CID 400/401 codes, ISO 21089 for what leaves the house, ours for the rest. */
export interface KindCodes {
  readonly category: string;
  readonly subtype: string;
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E';
}

/** DICOM PS3.15 A.5: EventID and EventTypeCode of each kind. 110138 is the stop of 110127. */
export const KINDS = {
  login: { category: '110114', subtype: '110122', action: 'E' },
  logout: { category: '110114', subtype: '110123', action: 'E' },
  refusal: { category: '110113', subtype: 'refusal', action: 'E' },
  'many-patients': { category: '110113', subtype: 'many-patients', action: 'E' },
  export: { category: '110106', subtype: 'export', action: 'R' },
  disclosure: { category: '110106', subtype: 'disclose', action: 'R' },
  suspension: { category: '110113', subtype: 'disclosure-suspension', action: 'E' },
  'break-glass-start': { category: '110113', subtype: '110127', action: 'E' },
  'break-glass-stop': { category: '110113', subtype: '110138', action: 'E' },
  'security-change': { category: '110113', subtype: '110137', action: 'U' },
  'model-activation': { category: '110113', subtype: '110131', action: 'U' },
} as const satisfies Record<AuditKind, KindCodes>;

/** Words of the DICOM codes, as PS3.16 prints them. */
export const DICOM_WORDS: Readonly<Record<string, string>> = {
  '110103': 'DICOM Instances Accessed',
  '110106': 'Export',
  '110107': 'Import',
  '110110': 'Patient Record',
  '110112': 'Query',
  '110113': 'Security Alert',
  '110114': 'User Authentication',
  '110122': 'Login',
  '110123': 'Logout',
  '110127': 'Emergency Override Started',
  '110131': 'Software Configuration',
  '110137': 'User Security Attributes Changed',
  '110138': 'Emergency Override Stopped',
  '110152': 'Destination Role ID',
  '110153': 'Source Role ID',
};
