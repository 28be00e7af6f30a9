export type { DerivedColumn } from './derive.ts';
export { layoutOf, seenBy, type ColumnGroup, type TableCoalition, type TableLayout, type UsualRow } from './layout.ts';
export { scoreTable, type TableScorer } from './score.ts';
