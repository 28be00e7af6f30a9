import type { ModalityKind, ModalityPlugin, Reading } from '@concord/core/clinical';
import { align, readiness, staleAt } from './align.ts';
import { attribute } from './attribute.ts';
import { CHANNELS } from './codes.ts';
import { compared } from './compared.ts';
import { accepts, observe } from './observe.ts';
import { statementsOf } from './statements.ts';
import { table } from './table.ts';

/** Bedside and wearable signs: pulse, respiration, SpO2, blood pressure, temperature, and the answers NEWS2 needs beside them. */
export const vitals: ModalityPlugin<Reading> = {
  kind: 'vitals' as ModalityKind,
  accepts,
  observe,
  readiness,
  align,
  encoder: { encoder: 'vitals', tokens: CHANNELS.length },
  table,
  staleAt,
  attribute,
  statements: statementsOf,
  compared,
};

export { CHANNELS, SIGNS, canonicalCode, signOf } from './codes.ts';
