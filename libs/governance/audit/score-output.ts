import type { Assessment, AssessmentId } from '@concord/core/clinical';

type Output = { readonly probability: number; readonly logit: number } | { readonly reason: string };

/**
 * The text whose SHA-256 stands in the record as a score's `outputSha256`: the raw logit as the eight hexadecimal digits of
 * its IEEE 754 binary32 form, and the shown value with its four decimals; of an abstention the reason. Whoever holds the
 * stored assessment can make the same text and compare.
 */
export function outputPreimage(id: AssessmentId, output: Output): string {
  const said = 'reason' in output ? ['abstained', output.reason] : [float32Hex(output.logit), output.probability.toFixed(4)];
  return ['concord-output-1', id, ...said].join('\n');
}

/** What of an assessment the preimage takes. */
export function outputOf({ outcome }: Assessment): Output {
  return outcome.kind === 'scored' ? outcome.score : outcome.abstention;
}

function float32Hex(value: number): string {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return view.getUint32(0).toString(16).padStart(8, '0');
}
