import type { KeyLine } from './keys-sheet.tsx';

export const WORKLIST_KEYS: readonly KeyLine[] = [
  { keys: ['J', 'K'], does: 'Next, previous patient' },
  { keys: ['Enter'], does: 'Open the patient' },
  { keys: ['/'], does: 'Find a patient' },
  { keys: ['S'], does: 'Show the new order' },
  { keys: ['?'], does: 'These keys' },
];

export const PATIENT_KEYS: readonly KeyLine[] = [
  { keys: ['1', '…', '8'], does: 'A reason, in all three views' },
  { keys: ['J', 'K'], does: 'Next, previous reason' },
  { keys: ['Q'], does: 'Reasons of the next question' },
  { keys: ['←', '→'], does: 'Cursor on the time axis; Shift an hour' },
  { keys: ['+', '−'], does: 'Shorter, longer time' },
  { keys: ['Esc'], does: 'Clear reason and cursor' },
  { keys: ['U'], does: 'Back to the list' },
  { keys: ['?'], does: 'These keys' },
];
