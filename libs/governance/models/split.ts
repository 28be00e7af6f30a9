/** What a patient's data may be used for. Fixed once by the hash of the identifier, so that no order of files moves anyone. */
export type Split = 'train' | 'calibration' | 'validation';

const SALT = 'concord-2026';
const TRAIN_BELOW = 64;
const CALIBRATION_BELOW = 82;

/**
 * SHA-256 of identifier and salt, its first eight hex digits modulo 100: under 64 training, under 82 calibration, the rest validation.
 * @param hash hex SHA-256 of bytes.
 */
export function splitOf(patientId: string, hash: (bytes: Uint8Array) => string): Split {
  const bytes = Uint8Array.from(`${patientId}${SALT}`, (character) => character.charCodeAt(0));
  const share = Number.parseInt(hash(bytes).slice(0, 8), 16) % 100;
  if (share < TRAIN_BELOW) return 'train';
  return share < CALIBRATION_BELOW ? 'calibration' : 'validation';
}
