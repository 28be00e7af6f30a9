import type { ModalityPlugin } from '@concord/core/clinical';
import { chestImaging } from './chest-imaging/index.ts';
import { heartRateVariability } from './heart-rate-variability/index.ts';
import { labs } from './labs/index.ts';
import { radiologyReport } from './radiology-report/index.ts';
import { vitals } from './vitals/index.ts';

/** Every sensor that Concord reads; the order is irrelevant. A new one is one folder and one line here. */
export const modalities: readonly ModalityPlugin[] = [vitals, labs, radiologyReport, chestImaging, heartRateVariability];
