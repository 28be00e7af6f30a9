import type { FilmFile } from '@concord/generator';
import type { RunningEdge } from './edge.ts';

export const JSON_TYPE = 'application/dicom+json';

/** One STOW request. */
export interface Sent {
  readonly body: Uint8Array;
  readonly type: string;
  readonly path?: string;
  readonly as?: string;
  readonly accept?: string;
}

/** Sends a body to the STOW door as a source does. */
export async function stowAt(
  edge: RunningEdge,
  { body, type, path = '/dicom-web/studies', as = 'integrator', accept = JSON_TYPE }: Sent,
): Promise<{ status: number; text: string; type: string; warning: string }> {
  const headers = { authorization: `Bearer ${await edge.token(as)}`, 'content-type': type, accept };
  const answer = await fetch(`${edge.url}${path}`, { method: 'POST', headers, body: Buffer.from(body) });
  return { status: answer.status, text: await answer.text(), type: answer.headers.get('content-type') ?? '', warning: answer.headers.get('warning') ?? '' };
}

interface Receipt {
  readonly '00081198'?: { readonly Value: readonly Record<string, { readonly Value: readonly unknown[] }>[] };
  readonly '00081199'?: { readonly Value: readonly Record<string, { readonly Value: readonly unknown[] }>[] };
  readonly '0008119A'?: { readonly Value: readonly unknown[] };
}

/** SOP Instance UIDs that a STOW receipt names as stored. */
export const sops = (text: string) => ((JSON.parse(text) as Receipt)['00081199']?.Value ?? []).map((item) => item['00081155']?.Value[0]);

/** Where an instance is found. */
export const place = ({ studyInstanceUid, seriesInstanceUid, sopInstanceUid }: FilmFile) =>
  `/dicom-web/studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`;
