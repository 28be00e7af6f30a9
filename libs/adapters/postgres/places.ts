// Where sealed values stand, `table|column|row`: authenticated with each of them, so that none opens in another row.

export const textPlace = (id: string, version: number): string => `observations|text_sealed|${id}|${version}`;
export const studyTextPlace = (id: string): string => `imaging_studies|description_sealed|${id}`;
export const seriesTextPlace = (id: string): string => `imaging_series|description_sealed|${id}`;
export const reportPlace = (id: string, version: number): string => `reports|sealed|${id}|${version}`;
