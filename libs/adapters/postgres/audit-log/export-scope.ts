import type { ClientBase } from 'pg';
import type { Digest } from '@concord/core/ports';
import { actorKey, tagOf, TILE_WIDTH, toBase64, type BundleScope } from '@concord/governance/audit';
import type { LeafChoice } from './export-leaves.ts';
import type { TagOpener } from './sequencer.ts';

/** What an export is asked for; both a patient and a user: that patient's chain, with that user's events. */
export interface ExportQuery {
  /** The pseudonym under which the record names the patient. */
  readonly patientKey?: string;
  /** Issuer and subject. */
  readonly actor?: { readonly issuer: string; readonly subject: string };
  readonly from?: number;
  readonly to?: number;
}

export interface FoundScope {
  readonly scope: BundleScope;
  readonly choice: LeafChoice;
}

interface Openers {
  readonly digest: Digest;
  readonly openTag: TagOpener;
}

export async function findScope(
  client: ClientBase,
  { digest, openTag }: Openers,
  { query, size }: { readonly query: ExportQuery; readonly size: number },
): Promise<FoundScope> {
  const { patientKey, actor, from, to } = query;
  const window = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const opened = {
    ...(patientKey === undefined ? {} : { patient: { key: patientKey, opening: toBase64(openTag('patient', patientKey)) } }),
    ...(actor === undefined ? {} : { actor: { ...actor, opening: toBase64(openTag('actor', actorKey(actor.issuer, actor.subject))) } }),
  };
  if (patientKey !== undefined) {
    const tag = tagOf(digest, 'patient', patientKey, openTag('patient', patientKey));
    return { scope: { kind: 'patient', ...opened, ...window }, choice: { kind: 'chain', at: 42, tag, below: size } };
  }
  if (actor !== undefined) {
    const key = actorKey(actor.issuer, actor.subject);
    return {
      scope: { kind: 'actor', ...opened, ...window },
      choice: { kind: 'chain', at: 114, tag: tagOf(digest, 'actor', key, openTag('actor', key)), below: size },
    };
  }
  if (from === undefined && to === undefined) return { scope: { kind: 'log' }, choice: { kind: 'range', from: 0, to: size } };
  return { scope: { kind: 'window', ...window }, choice: await around(client, query, size) };
}

/** The leaves of a window, with a tile's width on either side: events stand in the order of commit, which is not quite that of their time. */
async function around(client: ClientBase, { from, to }: ExportQuery, size: number): Promise<LeafChoice> {
  const text = `SELECT min(l.leaf_index)::float8 AS first, max(l.leaf_index)::float8 AS last FROM audit_events e JOIN audit_leaves l ON l.event_n = e.n
    WHERE l.leaf_index < $1 AND ($2::float8 IS NULL OR e.recorded_at >= to_timestamp($2 / 1000)) AND ($3::float8 IS NULL OR e.recorded_at < to_timestamp($3 / 1000))`;
  const { rows } = await client.query<{ first: number | null; last: number | null }>(text, [size, from ?? null, to ?? null]);
  const [{ first, last } = { first: null, last: null }] = rows;
  if (first === null || last === null) return { kind: 'range', from: 0, to: size };
  return { kind: 'range', from: Math.max(0, first - TILE_WIDTH), to: Math.min(size, last + 1 + TILE_WIDTH) };
}
