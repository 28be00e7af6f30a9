// Where sealed values stand, `table|column|row`: authenticated with each of them, so that none opens in another row.

export const textPlace = (id: string, version: number): string => `observations|text_sealed|${id}|${version}`;
export const studyTextPlace = (id: string): string => `imaging_studies|description_sealed|${id}`;
export const seriesTextPlace = (id: string): string => `imaging_series|description_sealed|${id}`;
export const reportPlace = (id: string, version: number): string => `reports|sealed|${id}|${version}`;
export const blobWrapPlace = (name: string): string => `blobs|wrapped|${name}`;
export const blobSealPlace = (name: string): string => `blobs|sealed|${name}`;
/** Name of a blob's file, which its segments authenticate. */
export const blobFile = (name: string): string => name.replaceAll('-', '');
