import type { ClientBase } from 'pg';

/** Realm of the demo's users; `Actor.issuer` is this logical name, so a moved port changes nothing. */
const ISSUER = 'concord';
const AUTHORITY = 'urn:concord:demo:mrn';

const WARDS = [
  ['ward-a', 'Ward A', 'ward'],
  ['ward-b', 'Ward B', 'ward'],
];

const SOURCES = [
  ['integrator', 'Integration engine', 'live'],
  ['demo', 'Demo patients', 'live'],
];

/** People of the demo realm who may stand in a ward or a team. */
const PEOPLE = [
  ['00000000-0000-4000-8000-000000000001', 'physician', 'Dr R. Osei, ward physician'],
  ['00000000-0000-4000-8000-000000000002', 'nurse', 'K. Lindqvist, ward nurse'],
  ['00000000-0000-4000-8000-000000000003', 'radiologist', 'Dr M. Castellanos, radiologist'],
];

/** Subjects of the demo realm: 1 is the physician, 2 the nurse. */
const STAFF = [
  ['00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-000000000001', 'ward-a'],
  ['00000000-0000-4000-8000-0000000000b1', '00000000-0000-4000-8000-000000000001', 'ward-b'],
  ['00000000-0000-4000-8000-0000000000a2', '00000000-0000-4000-8000-000000000002', 'ward-a'],
];

/**
 * Wards, sources and the staff of the demo's wards. Again it changes nothing, and it never overwrites what a site has set.
 * Staff rows name demo users only: where the realm has no such user they open nothing.
 */
export async function seedReferenceData(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ complete: boolean }>(
    'SELECT (SELECT count(*) FROM wards WHERE id = ANY ($1)) + (SELECT count(*) FROM sources WHERE id = ANY ($2)) + (SELECT count(*) FROM ward_staff WHERE id = ANY ($3)) + (SELECT count(*) FROM staff WHERE subject = ANY ($4)) = $5::bigint AS complete',
    [WARDS.map(first), SOURCES.map(first), STAFF.map(first), PEOPLE.map(first), WARDS.length + SOURCES.length + STAFF.length + PEOPLE.length],
  );
  if (rows[0]?.complete === true) return;
  for (const ward of WARDS) await client.query('INSERT INTO wards (id, name, setting) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', ward);
  for (const [id, name, delivery] of SOURCES) {
    await client.query('INSERT INTO sources (id, name, authority, time_zone, delivery) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING', [
      id,
      name,
      AUTHORITY,
      'Europe/Berlin',
      delivery,
    ]);
  }
  for (const [subject, login, name] of PEOPLE)
    await client.query('INSERT INTO staff (issuer, subject, login, name) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [ISSUER, subject, login, name]);
  for (const [id, subject, ward] of STAFF) {
    await client.query(
      "INSERT INTO ward_staff (id, issuer, subject, ward_id, starts_at) VALUES ($1, $2, $3, $4, '2020-01-01T00:00:00Z') ON CONFLICT DO NOTHING",
      [id, ISSUER, subject, ward],
    );
  }
}

function first(row: readonly string[]): string | undefined {
  return row[0];
}
