import { describe, expect, it } from 'vitest';
import type { BundleId, PatientId } from '@concord/core/clinical';
import { instant } from '@concord/core/kernel';
import type { StoredConcordance } from '@concord/core/ports';
import { concordanceToWire } from './agreement.ts';

const NOW = instant(Date.parse('2026-03-01T12:00:00Z'));
const STORED: StoredConcordance = {
  id: 'c',
  concordance: { patientId: 'p' as PatientId, asOf: NOW, revision: 1, bundle: 'b' as BundleId, findings: [], mislinkSuspected: true },
  storedAt: NOW,
  withheld: [],
  review: { outcome: 'report-stands', by: 'radiologist', at: NOW },
};

describe('how a contradiction ended', () => {
  it('is told to who may read both sides', () => {
    expect(concordanceToWire(STORED)).toMatchObject({ mislinkSuspected: true, review: { outcome: 'report-stands', by: 'radiologist' } });
  });

  it('is told to nobody from whom the patient withholds one of them: it would say what the hidden report says', () => {
    expect(concordanceToWire({ ...STORED, withheld: ['radiology-report'] })).toMatchObject({ mislinkSuspected: false, review: null });
    expect(concordanceToWire(STORED, ['chest-imaging'])).toMatchObject({ mislinkSuspected: false, review: null });
  });
});
