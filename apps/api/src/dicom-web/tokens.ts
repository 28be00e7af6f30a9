/** Reads files in a thread of their own. */
export const DICOM_READER = Symbol('DicomReader');
