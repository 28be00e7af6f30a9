export { jpegDicom, phantomDicom, type FilmFile, type FilmLabels, type JpegOrigin } from './dicom-file.ts';
export { chestPhantom, PHANTOM_BITS, type Phantom, type PhantomRequest } from './phantom.ts';
export type { PhantomFinding } from './phantom-findings.ts';
