export { counterfactual, type Change, type Counterfactual, type CounterfactualQuestion } from './counterfactual.ts';
export { createAssess, type AssessParts } from './assess.ts';
export { encodeAll } from './encode-once.ts';
export { findingsOf, type NamedFindings } from './findings.ts';
export { probeBundle, type ProbeResult } from './probe.ts';
export { replay, type Difference, type Replay } from './replay.ts';
export { prepareRow, scoreRows, type PreparedRow, type RowAnswer, type RowParts } from './score-rows.ts';
export { withoutModel } from './without-model.ts';
export type { ReferenceTokens } from './view.ts';
