export { openDicomReader, READER_LIMITS, type ClosableDicomReader, type ReaderLimits } from './dicom-reader.ts';
export { boundedInflate } from './inflate.ts';
export { openJpegCodec } from './jpeg.ts';
export { greyPng } from './png.ts';
