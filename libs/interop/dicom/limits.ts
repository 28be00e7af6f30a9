const MiB = 1024 * 1024;

/** What a file may cost before it is refused. Each bound answers a known attack or a library that has none of its own. */
export const DICOM_LIMITS = {
  /** dicom-parser recurses; 2,000 levels in 40 KB overflow its stack. */
  nesting: 32,
  elements: 200_000,
  /** Items and fragments cost 8 bytes to send and some 500 to hold. */
  items: 100_000,
  headerBytes: 64 * MiB,
  instanceBytes: 512 * MiB,
  side: 32_768,
  frameBytes: 256 * MiB,
  decodedBytes: 512 * MiB,
  frames: 100_000,
  inflatedBytes: 256 * MiB,
  /** A deflated data set that grows more than this is a bomb, not an image. */
  inflateRatio: 200,
} as const;

/** UIDs are digits and dots, at most 64 of them, and never a path. PS3.5 9.1. */
export function isUid(text: string): boolean {
  return text.length <= 64 && /^[0-9]+(\.[0-9]+)*$/.test(text);
}
