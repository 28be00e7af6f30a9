import type { WireEvidence } from '@concord/contracts';
import { NBSP } from './format.ts';
import { modalityWords } from './words.ts';

/** A reason as it is read: parts that speak only together are named by their source; words that are quoted stay as written. */
export function reasonWords(item: Pick<WireEvidence, 'kind' | 'modality' | 'text'>): string {
  if (item.kind === 'joint') return item.modality === 'withheld' ? item.text : `${modalityWords(item.modality).word}, parts together`;
  if (item.kind !== 'signal-window') return item.text;
  return item.text.replaceAll('SpO2', 'SpO₂').replace(/(\d)\s*(%|\/min|mmHg|°C|L\/min)/g, `$1${NBSP}$2`);
}

/** The reasons in sentences, signs written as everywhere on the page; what stands in quotes stays as written. */
export function rationaleWords(rationale: string): string {
  return rationale.replaceAll(/“[^”]*”|SpO2/g, (found) => (found === 'SpO2' ? 'SpO₂' : found));
}
