import type { Banner } from '@concord/contracts';
import { NBSP, birthDate, day, recordNumber } from './format.ts';
import { Glyph } from './glyph.tsx';
import { sexWord } from './words.ts';

/** `Hallberg, Ines` */
export function fullName(banner: Pick<Banner, 'family' | 'given'>): string {
  return [banner.family, banner.given.join(' ')].filter(Boolean).join(', ');
}

/** Who this is, by two identifiers; it stays in sight while the page scrolls. */
export function PatientBanner({ banner, zone }: { readonly banner: Banner; readonly zone: string }) {
  const age = banner.ageYears === null ? '' : `${String(banner.ageYears)}${NBSP}y, `;
  return (
    <section className="banner" aria-label="Patient">
      <h1>{fullName(banner)}</h1>
      <dl>
        <Fact term="Born" value={banner.birthDate ? birthDate(banner.birthDate) : 'not recorded'} note={`${age}${sexWord(banner.sex)}`} />
        <Fact term="Record" value={banner.recordNumber ? recordNumber(banner.recordNumber) : 'none'} />
        <Place banner={banner} zone={zone} />
      </dl>
      {banner.demoKind && (
        <span className="ev demo">
          <Glyph name={banner.demoKind === 'assembled' ? 'e-assembled' : 'e-synthetic'} />
          {`Demo: ${banner.demoKind} patient`}
        </span>
      )}
    </section>
  );
}

function Place({ banner, zone }: { readonly banner: Banner; readonly zone: string }) {
  const place = [banner.wardName, banner.bed].filter(Boolean).join(', ');
  if (banner.dischargedAt) return <Fact term="Discharged" value={day(Date.parse(banner.dischargedAt), zone)} {...(place ? { note: place } : {})} />;
  const since = banner.admittedAt ? `since ${day(Date.parse(banner.admittedAt), zone)}` : undefined;
  return <Fact term="Ward, bed" value={place || 'not on a ward'} {...(since && place ? { note: since } : {})} />;
}

function Fact({ term, value, note }: { readonly term: string; readonly value: string; readonly note?: string }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>
        {value}
        {note && <small>{` ${note}`}</small>}
      </dd>
    </div>
  );
}
