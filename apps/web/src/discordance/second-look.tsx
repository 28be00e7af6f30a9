import type { DiscordanceList } from '@concord/contracts';
import { FindingsList, fullName, when } from '@concord/ui';
import { ReviewForm } from './review-form.tsx';

interface Props {
  readonly items: DiscordanceList['items'];
  readonly nowMs: number;
  readonly zone: string;
}

/** One row a patient: who, what contradicts what, and how it ended. */
export function SecondLook({ items, nowMs, zone }: Props) {
  return (
    <ol className="second-look">
      {items.map(({ banner, concordance }) => (
        <li key={concordance.id}>
          <div>
            <h2>
              <a href={`/patients/${banner.patientId}`}>{fullName(banner)}</a>
            </h2>
            <p className="two">
              {[banner.recordNumber, banner.wardName, banner.bed && `bed ${banner.bed}`].filter(Boolean).join(', ')}
              <br />
              {`since ${when(Date.parse(concordance.asOf), nowMs, zone)}`}
            </p>
          </div>
          <div>
            <FindingsList
              concordance={{ ...concordance, findings: concordance.findings.filter(({ verdict }) => verdict === 'disagree') }}
              nowMs={nowMs}
              zone={zone}
            />
          </div>
          {concordance.review === null ? <ReviewForm id={concordance.id} name={fullName(banner)} /> : <p className="two">Closed</p>}
        </li>
      ))}
    </ol>
  );
}
