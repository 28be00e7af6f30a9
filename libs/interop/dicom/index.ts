export type { DicomFault } from './fault.ts';
export { FAILURE_REASON } from './fault.ts';
export { jpegHeader, type JpegHeader } from './jpeg-header.ts';
export type { DicomJson, DicomJsonAttribute } from './json-model.ts';
export { DICOM_LIMITS, isUid } from './limits.ts';
export { writePart10, type DicomElement, type Part10 } from './part10.ts';
export { readInstance, type DicomInstance, type DicomReader, type ReadPorts } from './read.ts';
export { DEFLATED_LITTLE_ENDIAN, EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN, JPEG_BASELINE } from './syntax.ts';
export type { ImageTime } from './wall-clock.ts';
