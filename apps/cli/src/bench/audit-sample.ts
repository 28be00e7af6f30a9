import { createHash } from 'node:crypto';
import { createSigner, createTagOpener, digest } from '@concord/adapters/crypto';
import { openBundleFiles } from '@concord/adapters/anchors';
import { actorKey, AuditLog, formatCheckpoint, formatKey, fold, leafRecord, manifestText, signManifest, signNote, tagOf } from '@concord/governance/audit';

const SIGNER = createSigner('concord/audit/bench', new Uint8Array(32).fill(1));
const openTag = createTagOpener(new Uint8Array(32).fill(2));
const PATIENTS = 2000;
const PEOPLE = 100;
const STEP = 4096;

/** Writes an export of a made-up log of `count` events, as the exporter would, for the verifier to read. */
export async function writeSampleBundle(folder: string, count: number): Promise<void> {
  const files = await openBundleFiles(folder);
  const log = new AuditLog(digest);
  const tileRoots: Uint8Array[] = [];
  let tile: Uint8Array[] = [];
  for (let at = 0; at < count; at += STEP) {
    const events = Array.from({ length: Math.min(STEP, count - at) }, (_, i) => sampleEvent(at + i));
    const { leaves } = log.extend(events.map(({ logged }) => logged));
    for (const { hash } of leaves) {
      tile.push(hash);
      if (tile.length === 256) [tileRoots[tileRoots.length], tile] = [treeOf(tile), []];
    }
    await files.append('leaves.bin', Buffer.concat(leaves.map(({ index, hash, envelope }) => leafRecord(index, hash, envelope))));
    await files.append('events.ndjson', Buffer.from(events.map(({ line }) => `${line}\n`).join('')));
    await files.append('columns.ndjson', Buffer.from(events.map(({ columns }) => `${columns}\n`).join('')));
  }
  if (tile.length > 0) tileRoots.push(treeOf(tile));
  const note = signNote(digest, formatCheckpoint({ origin: SIGNER.name, ...log.head(), time: new Date(0).toISOString() }), SIGNER);
  await files.append('tiles.bin', Buffer.concat(tileRoots));
  await files.append('checkpoint.txt', Buffer.from(note));
  await files.append('pubkeys.json', Buffer.from(JSON.stringify({ log: [formatKey(digest, { ...SIGNER, type: 'signature' })], receipt: [], witness: [] })));
  const counted = { size: count, leaves: count, events: count, scope: { kind: 'log' } as const };
  const manifest = manifestText({ origin: SIGNER.name, requester: 'bench', purpose: 'HOPERAT', files: await files.sealed(), ...counted });
  await files.append('manifest.json', Buffer.from(manifest));
  await files.append('manifest.sig', Buffer.from(signManifest(manifest, SIGNER)));
  await files.finish();
}

function treeOf(leaves: readonly Uint8Array[]): Uint8Array {
  const log: Uint8Array[] = [...leaves];
  // A full tile halves evenly; the last one is folded from its complete subtrees.
  const peaks: Uint8Array[] = [];
  for (let at = 0; at < log.length;) {
    let width = 1;
    while (width * 2 <= log.length - at) width *= 2;
    peaks.push(evenRoot(log.slice(at, at + width)));
    at += width;
  }
  return fold(digest, peaks);
}

function evenRoot(hashes: readonly Uint8Array[]): Uint8Array {
  const [first] = hashes;
  if (hashes.length === 1 && first !== undefined) return first;
  return digest(Uint8Array.of(1), evenRoot(hashes.slice(0, hashes.length / 2)), evenRoot(hashes.slice(hashes.length / 2)));
}

const tags = new Map<string, Uint8Array>();
function tag(kind: 'patient' | 'actor', key: string): Uint8Array {
  const known = tags.get(key) ?? tagOf(digest, kind, key, openTag(kind, key));
  tags.set(key, known);
  return known;
}

const uuid = (n: number): string => `0199aaaa-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

/** About as long as a real one: 700 bytes. */
function sampleEvent(n: number) {
  const [patientKey, subject] = [uuid(n % PATIENTS), `u${n % PEOPLE}`];
  const recordedAt = 1_795_000_000_000 + n;
  const event = {
    action: 'R',
    actor: { issuer: 'concord', login: subject, name: `Person ${subject}`, roles: ['physician'], subject },
    category: 'rest',
    clientId: 'concord-web',
    entry: 'GET /fhir/R4/Patient/:id',
    eventId: uuid(n),
    ip: '127.0.0.1',
    legalBasis: 'ward-staff',
    objects: [`Patient/${patientKey}`],
    outcome: 0,
    patientKey,
    policyVersion: createHash('sha256').update('policy').digest('hex'),
    purpose: 'TREAT',
    recordedAt,
    relationship: 'ward',
    requestId: uuid(n),
    resource: 'Patient',
    subtype: 'read',
    tokenId: uuid(n),
    unitId: uuid(n),
    unitKind: 'request',
    unitPart: 'open',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
  };
  const line = JSON.stringify(event);
  const { actor, category, clientId, outcome, purpose, requestId, subtype, action, unitId, unitPart, eventId } = event;
  // prettier-ignore
  const columns = JSON.stringify([eventId, unitId, unitPart, recordedAt * 1000, category, subtype, action, outcome, actor.issuer, actor.subject, actor.login, clientId, purpose, patientKey, requestId]);
  const actorTag = tag('actor', actorKey('concord', subject));
  return { line, columns, logged: { eventHash: digest(Buffer.from(line)), recordedAt, patientTag: tag('patient', patientKey), actorTag } };
}
