'use client';

import { useRouter } from 'next/navigation';
import type { HeldList } from '@concord/contracts';
import { fullName, heldWords } from '@concord/ui';
import { SettleAct } from './device-acts.tsx';

interface Props {
  readonly items: HeldList['items'];
  readonly nowMs: number;
  readonly zone: string;
}

/** One row a patient: who, what waits, and whose it is. */
export function HeldRows({ items, nowMs, zone }: Props) {
  const router = useRouter();
  return (
    <ol className="held">
      {items.map(({ banner, held }) => (
        <li key={banner.patientId}>
          <div>
            <h2>
              <a href={`/patients/${banner.patientId}`}>{fullName(banner)}</a>
            </h2>
            <p className="two">{[banner.recordNumber, banner.wardName, banner.bed && `bed ${banner.bed}`].filter(Boolean).join(', ')}</p>
          </div>
          <div>
            {held.map((each) => (
              <p key={each.device} className="device">
                <span>{heldWords(each, { nowMs, zone })}</span>
                <SettleAct
                  patientId={banner.patientId}
                  device={each.device}
                  onDone={() => {
                    router.refresh();
                  }}
                />
              </p>
            ))}
          </div>
        </li>
      ))}
    </ol>
  );
}
