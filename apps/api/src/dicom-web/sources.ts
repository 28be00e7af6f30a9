import type { SourceId } from '@concord/core/clinical';
import type { Config } from '../config.ts';

/** What is configured for whoever sends images: under which authority its PatientID counts, in which zone its clocks run. */
export interface ImageSource {
  readonly id: SourceId;
  readonly authority: string;
  /** IANA name, for times without (0008,0201). */
  readonly zone: string;
}

const DEMO_AUTHORITY = 'urn:concord:demo:mrn';

export function imageSource(id: SourceId, config: Config): ImageSource {
  return { id, authority: DEMO_AUTHORITY, zone: config.timeZone };
}
