#!/usr/bin/env node
// Checks an export of Concord's audit log: one file, Node built-ins only, no server, no database. Written apart from the code that makes
// the log, from RFC 9162, C2SP's signed notes and docs/how-to/verify-an-audit-export.md. Memory does not grow with the number of events.
// Exit code 0: valid. 1: tampered, with the first bad index. 2: unreadable. Get it from another hand than the export: evidence that brings
// its own verifier proves nothing.
import { createPublicKey, hash, verify as verifyEd25519 } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const FORMAT = 'concord-audit-bundle/1';
const [RECORD, ENVELOPE, TILE, CHUNK] = [225, 185, 256, 1 << 20];
const ZERO = Buffer.alloc(32);
const PROMISED_MS = 5000;
const scratch = Buffer.alloc(256);

class Unreadable extends Error {}

/** SHA-256 of a prefix byte and up to 255 bytes. */
function sha(prefix, a, b) {
  scratch[0] = prefix;
  scratch.set(a, 1);
  if (b !== undefined) scratch.set(b, 1 + a.length);
  return hash('sha256', scratch.subarray(0, 1 + a.length + (b?.length ?? 0)), 'buffer');
}
const leafOf = (envelope) => sha(0, envelope);
const node = (left, right) => sha(1, left, right);
const emptyRoot = () => hash('sha256', Buffer.alloc(0), 'buffer');
const fold = (hashes) => (hashes.length === 0 ? emptyRoot() : hashes.slice(0, -1).reduceRight((right, left) => node(left, right), hashes.at(-1)));
const split = (n) => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};

/** The tree so far, as the roots of its complete subtrees. */
class Frontier {
  size = 0;
  peaks = [];
  add(leaf) {
    for (let at = this.size; at % 2 === 1; at = (at - 1) / 2) leaf = node(this.peaks.pop(), leaf);
    this.peaks.push(leaf);
    this.size += 1;
  }
  root() {
    return fold(this.peaks);
  }
}

/** The same over tiles of 256, so that a tile's own root is made once and serves both. */
class TiledFrontier {
  size = 0;
  tiles = new Frontier();
  tile = new Frontier();
  /** @returns the root of the tile that this leaf filled. */
  add(leaf) {
    this.tile.add(leaf);
    this.size += 1;
    if (this.tile.size < TILE) return undefined;
    const root = this.tile.root();
    this.tiles.add(root);
    this.tile = new Frontier();
    return root;
  }
  root() {
    return fold([...this.tiles.peaks, ...this.tile.peaks]);
  }
}

/** Bytes in order, from memory or from a file, a chunk at a time. */
class Stream {
  constructor(from) {
    this.file = typeof from === 'string' ? openSync(from, 'r') : undefined;
    this.held = this.file === undefined ? from : Buffer.alloc(0);
    this.at = 0;
  }
  more() {
    if (this.file === undefined) return false;
    const left = this.held.length - this.at;
    const next = Buffer.allocUnsafeSlow(left + CHUNK);
    const read = readSync(this.file, next, left, CHUNK);
    if (read === 0) return false;
    this.held.copy(next, 0, this.at);
    [this.held, this.at] = [next.subarray(0, left + read), 0];
    return true;
  }
  take(length) {
    while (this.held.length - this.at < length) if (!this.more()) return undefined;
    this.at += length;
    return this.held.subarray(this.at - length, this.at);
  }
  line() {
    for (let from = this.at; ;) {
      const end = this.held.indexOf(10, from);
      if (end >= 0) return this.take(end - this.at + 1).subarray(0, -1);
      const searched = this.held.length - this.at;
      if (!this.more()) return undefined;
      from = this.at + searched;
    }
  }
  rest() {
    return this.held.length - this.at > 0 || this.more();
  }
  close() {
    if (this.file !== undefined) closeSync(this.file);
  }
}

/** A bundle's files, in a folder or in memory (a Map from name to bytes). */
const partOf = (bundle, name) => (bundle instanceof Map ? bundle.get(name) : existsSync(join(bundle, name)) ? join(bundle, name) : undefined);
function bytesOf(bundle, name) {
  const part = partOf(bundle, name);
  if (part === undefined) throw new Unreadable(`${name} is missing`);
  return typeof part === 'string' ? readFileSync(part) : part;
}
function jsonOf(bytes, name) {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Unreadable(`${name} is not JSON`);
  }
}

// Keys and notes (C2SP signed-note, tlog-checkpoint, tlog-cosignature).
function keyOf(line) {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(line.trim()) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  if (name === undefined || bytes.length !== 33) throw new Unreadable('a key is not of the form name+id+key');
  const expected = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), bytes]), 'buffer').subarray(0, 4);
  if (expected.toString('hex') !== id) throw new Unreadable(`the id of key ${name} is not its own`);
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes.subarray(1)]);
  return { name, id: expected, cosigns: bytes[0] === 4, key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
}
const keysOf = (json) => Object.fromEntries(['log', 'receipt', 'witness'].map((role) => [role, (json[role] ?? []).map(keyOf)]));
const holds = (key, message, signature) => {
  try {
    return verifyEd25519(null, message, key.key, signature);
  } catch {
    return false;
  }
};

export function splitNotes(text) {
  const notes = [];
  let [note, signed] = ['', false];
  for (const line of text.split('\n').slice(0, -1)) {
    if (signed && !line.startsWith('— ')) {
      notes.push(note);
      [note, signed] = ['', false];
    }
    note += `${line}\n`;
    signed ||= line.startsWith('— ');
  }
  return note === '' ? notes : [...notes, note];
}
const HEAD = /^([^\n]+)\n(\d{1,16})\n(\S+)\npatients (\d{1,16}) (\S+)\nactors (\d{1,16}) (\S+)\ntime (\S+)\n$/;
function headOf(note, keys) {
  const cut = note.lastIndexOf('\n\n');
  const text = note.slice(0, cut + 1);
  const parts = cut < 0 ? null : HEAD.exec(text);
  if (parts === null) throw new Unreadable('a checkpoint cannot be read');
  const [, origin, size, root, patients, patientsRoot, actors, actorsRoot, time] = parts;
  const lines = note
    .slice(cut + 2)
    .split('\n')
    .map((line) => /^— (\S+) (\S+)$/.exec(line))
    .filter((line) => line !== null);
  const signed = (key) =>
    lines.some(([, name, encoded]) => {
      const bytes = Buffer.from(encoded, 'base64');
      if (name !== key.name || !bytes.subarray(0, 4).equals(key.id)) return false;
      if (!key.cosigns) return holds(key, Buffer.from(text), bytes.subarray(4));
      return bytes.length === 76 && holds(key, Buffer.from(`cosignature/v1\ntime ${bytes.readBigUInt64BE(4)}\n${text}`), bytes.subarray(12));
    });
  const head = (n, base64) => ({ size: Number(n), root: Buffer.from(base64, 'base64') });
  return {
    origin,
    ...head(size, root),
    patients: head(patients, patientsRoot),
    actors: head(actors, actorsRoot),
    time,
    signed: keys.log.some(signed),
    witnessed: keys.witness.some(signed),
  };
}

/** What was found; the lowest index is the first bad one. `upTo`: the last leaf among which the bad one lies. */
class Report {
  findings = [];
  bad(index, reason, upTo = index) {
    if (this.findings.length < 1000) this.findings.push({ index, upTo, reason });
  }
  /** Something that is about the whole: from the first event on nothing can be believed. */
  note(reason) {
    this.bad(0, reason, Infinity);
  }
}

/** A whole number of eight bytes; without BigInt, for it is read several times an event. */
const uint64 = (bytes, at) => bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
const chainAt = (envelope, at) => ({
  tag: envelope.subarray(at, at + 32),
  sequence: uint64(envelope, at + 32),
  previous: envelope.subarray(at + 40, at + 72),
});
const patientOf = (envelope) => chainAt(envelope, 41);
const actorOf = (envelope) => chainAt(envelope, 113);
const recordedAt = (envelope) => uint64(envelope, 33);
const tagOf = (kind, key, opening) =>
  hash('sha256', Buffer.concat([Buffer.from(`concord/tag/1\n${kind}\n`), Buffer.from(opening, 'base64'), Buffer.from(key)]), 'buffer');

/** What of the log the export claims to hold whole, and for which of its leaves the events' bytes must be there. */
function scopeOf({ scope }) {
  const patient = scope.patient && tagOf('patient', scope.patient.key, scope.patient.opening);
  const actor = scope.actor && tagOf('actor', JSON.stringify([scope.actor.issuer, scope.actor.subject]), scope.actor.opening);
  const [from, to] = [scope.from ?? -Infinity, scope.to ?? Infinity];
  const wants = (envelope) =>
    recordedAt(envelope) >= from &&
    recordedAt(envelope) < to &&
    (!patient || patientOf(envelope).tag.equals(patient)) &&
    (!actor || actorOf(envelope).tag.equals(actor));
  return {
    ...scope,
    patient,
    actor,
    patientKey: scope.patient?.key,
    chain: patient ? ['patients', patientOf, patient] : actor ? ['actors', actorOf, actor] : undefined,
    wants,
  };
}

/** Chains of a whole log: every number once, every leaf naming the one before. A broken link is blamed when the tree has spoken. */
class Chains {
  ends = new Map();
  follow(link, index, leaf, broken) {
    if (link.tag.equals(ZERO)) return;
    const tag = link.tag.toString('latin1');
    let end = this.ends.get(tag);
    if (end === undefined) this.ends.set(tag, (end = { count: 0, last: ZERO, index: -1 }));
    if (link.sequence !== end.count || !link.previous.equals(end.last)) broken({ at: index, before: end.index, jump: link.sequence - end.count });
    [end.count, end.last, end.index] = [end.count + 1, leaf, index];
  }
  root() {
    const frontier = new Frontier();
    for (const tag of [...this.ends.keys()].sort()) {
      const { count, last } = this.ends.get(tag);
      frontier.add(leafOf(entryBytes({ tag: Buffer.from(tag, 'latin1'), count, last })));
    }
    return { size: this.ends.size, root: frontier.root() };
  }
}
function entryBytes({ tag, count, last }) {
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(count));
  return Buffer.concat([tag, number, last]);
}

/** RFC 9162 2.1.3.2 and 2.1.4.2. */
function climb(fn, sn, path, meet) {
  for (const sibling of path) {
    if (sn === 0) return false;
    const left = fn % 2 === 1 || fn === sn;
    meet(sibling, left);
    while (left && fn % 2 === 0 && fn !== 0) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0;
}
function includes({ index, size, leaf, path, root }) {
  let at = leaf;
  return (
    index >= 0 &&
    index < size &&
    climb(index, size - 1, path, (s, left) => {
      at = left ? node(s, at) : node(at, s);
    }) &&
    at.equals(root)
  );
}
function consistent(first, second, path) {
  if (first.size === second.size) return path.length === 0 && first.root.equals(second.root);
  if (first.size === 0 || first.size > second.size || path.length === 0) return first.size === 0 && path.length === 0 && first.root.equals(emptyRoot());
  let [fn, sn] = [first.size - 1, second.size - 1];
  while (fn % 2 === 1) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  const [seed, ...rest] = fn === 0 ? [first.root, ...path] : path;
  let [older, newer] = [seed, seed];
  const up = climb(fn, sn, rest, (s, left) => {
    if (left) older = node(s, older);
    newer = left ? node(s, newer) : node(newer, s);
  });
  return up && older.equals(first.root) && newer.equals(second.root);
}

const MOST_FOLLOWED = 10_000;
/** The tree, the chains and the heads: everything but the events' bytes. */
function checkTree(bundle, manifest, { head, anchors, promised }, report) {
  const scope = scopeOf(manifest);
  const leaves = new Stream(partOf(bundle, 'leaves.bin') ?? bytesOf(bundle, 'leaves.bin'));
  const whole = scope.kind === 'log';
  const [patients, actors, links, frontier, badTiles] = [new Chains(), new Chains(), [], new TiledFrontier(), new Map()];
  const known = whole ? bytesOf(bundle, 'tiles.bin') : Buffer.alloc(0);
  const chain = { count: 0, last: ZERO };
  const marks = new Map(anchors.map((anchor) => [anchor.size, anchor]));
  let [next, agreed, leafHash] = [0, 0, undefined];
  const checkTile = (number, root) => {
    const from = number * TILE;
    if (!known.subarray(number * 32, number * 32 + 32).equals(root))
      badTiles.set(number, [from, Math.min(from + TILE, Math.max(head.size, frontier.size)) - 1]);
  };
  /** Reads one leaf and checks what can be seen of it alone. */
  const read = () => {
    const record = leaves.take(RECORD);
    if (record === undefined) return undefined;
    const [index, envelope] = [uint64(record, 0), record.subarray(40)];
    leafHash = leafOf(envelope);
    if (!record.subarray(8, 40).equals(leafHash)) report.bad(index, 'the leaf is not its envelope’s');
    if (promised.size > 0) promised.delete(envelope.toString('latin1', 1, 33));
    const broken = (link) => {
      if (links.length < MOST_FOLLOWED) links.push(link);
    };
    if (scope.chain) {
      const link = scope.chain[1](envelope);
      if (!link.tag.equals(scope.chain[2]) || link.sequence !== chain.count || !link.previous.equals(chain.last))
        report.bad(index, `event ${chain.count} of the chain is not the one that follows`);
      [chain.count, chain.last] = [link.sequence + 1, leafHash];
    } else if (whole) {
      patients.follow(patientOf(envelope), index, leafHash, broken);
      actors.follow(actorOf(envelope), index, leafHash, broken);
    }
    return { index, hash: leafHash, time: recordedAt(envelope) };
  };
  if (whole) {
    for (let leaf = read(); leaf !== undefined; leaf = read()) {
      if (leaf.index !== next) {
        report.bad(Math.min(next, leaf.index), leaf.index > next ? 'an event is missing' : 'an event stands twice or out of place');
        next = leaf.index;
      }
      next += 1;
      const tile = frontier.add(leaf.hash);
      if (tile !== undefined) checkTile(frontier.tiles.size - 1, tile);
      const mark = marks.get(frontier.size);
      if (mark === undefined) continue;
      if (mark.root.equals(frontier.root())) agreed = frontier.size;
      else report.bad(agreed, `the head of ${mark.size} events says otherwise`, mark.size - 1);
    }
    if (frontier.tile.size > 0) checkTile(frontier.tiles.size, frontier.tile.root());
    if (frontier.size < head.size) report.bad(agreed, 'the end of the log is missing', frontier.size);
    if (frontier.size > head.size) report.bad(head.size, 'there are more events than the head says');
    const trusted = known.length === Math.ceil(head.size / TILE) * 32 && treeOf(known).equals(head.root);
    const [badTile] = badTiles.values();
    if (!frontier.root().equals(head.root)) {
      const [low, high] = blame(links, trusted && badTile !== undefined ? badTile : [agreed, head.size - 1]);
      report.bad(low, 'the events do not give the signed root', high);
    } else if (!trusted) report.bad(badTile?.[0] ?? 0, 'a stored tile is not its leaves’', badTile?.[1] ?? head.size - 1);
    else for (const { at } of links.slice(0, 10)) report.bad(at, 'an event’s number or predecessor in its chain is wrong');
    for (const [name, chains] of [
      ['patients', patients],
      ['actors', actors],
    ]) {
      const { size, root } = chains.root();
      if (report.findings.length === 0 && (size !== head[name].size || !root.equals(head[name].root)))
        report.bad(head.size - 1, `the map of ${name} is another`);
    }
  } else checkPart({ bundle, scope, head, read, chain, anchors }, report);
  if (leaves.rest()) report.bad(next, 'the leaves end in the middle of one');
  leaves.close();
}
/**
 * The first bad leaf, or those among which it lies, once the tree says that something between `low` and `high` is bad. A number that is
 * skipped lies between the two events that skip it; of two events with one number either may be the wrong one. Of a leaf that was
 * made anew both its successors say so; of one whose predecessor was changed, itself and its successors.
 */
function blame(links, [low, high]) {
  const first = links.filter(({ jump }) => jump !== 0).sort((a, b) => a.at - b.at)[0];
  if (first !== undefined) return [Math.max(low, first.jump > 0 ? first.before + 1 : first.before), Math.min(high, first.at)];
  const votes = new Map();
  for (const index of links.flatMap(({ at, before }) => [at, before])) if (index >= low && index <= high) votes.set(index, (votes.get(index) ?? 0) + 1);
  const most = Math.max(0, ...votes.values());
  const named = [...votes].filter(([, count]) => count === most).map(([index]) => index);
  return named.length === 0 ? [low, high] : [Math.min(...named), Math.max(...named)];
}

/** The root over the roots of whole tiles, the last of which may be short. */
function treeOf(roots) {
  const frontier = new Frontier();
  for (let at = 0; at < roots.length; at += 32) frontier.add(roots.subarray(at, at + 32));
  return frontier.root();
}

/** A part of the log: its leaves by one proof for all of them, its chain against the signed map, older heads by consistency proofs. */
function checkPart({ bundle, scope, head, read, chain, anchors }, report) {
  const proof = new Stream(bytesOf(bundle, 'proofs.bin'));
  let leaf = read();
  let [first, last, count] = [leaf, leaf, 0];
  const visit = (start, end) => {
    if (leaf === undefined || leaf.index >= end) {
      const hashes = [];
      for (let at = start; at < end;) {
        let width = 1;
        while (at % (width * 2) === 0 && at + width * 2 <= end) width *= 2;
        hashes.push(proof.take(32) ?? ZERO);
        at += width;
      }
      return fold(hashes);
    }
    if (end - start > 1) {
      const k = split(end - start);
      const left = visit(start, start + k);
      return node(left, visit(start + k, end));
    }
    const { index, hash: value } = leaf;
    if (index !== start) report.bad(index, 'an event stands twice or out of place');
    last = leaf;
    count += 1;
    leaf = read();
    if (leaf !== undefined && scope.kind === 'window' && leaf.index !== index + 1) report.bad(index + 1, 'an event is missing');
    return value;
  };
  const root = head.size === 0 ? emptyRoot() : visit(0, head.size);
  if (leaf !== undefined) report.bad(leaf.index, 'there are more events than the head says');
  if (proof.rest() || !root.equals(head.root)) report.bad(first?.index ?? 0, 'the events do not give the signed root', last?.index ?? 0);
  if (scope.kind === 'window') {
    if (count > 0 && first.index > 0 && first.time >= (scope.from ?? -Infinity)) report.bad(first.index, 'the window does not begin before its time');
    if (count > 0 && last.index < head.size - 1 && last.time < (scope.to ?? Infinity)) report.bad(last.index + 1, 'the window does not end after its time');
  }
  if (scope.chain) checkChainEnd({ bundle, scope, head, chain, last }, report);
  const proofs = new Map(
    jsonOf(bytesOf(bundle, 'consistency.json'), 'consistency.json').map(({ size, path }) => [size, path.map((h) => Buffer.from(h, 'base64'))]),
  );
  for (const anchor of anchors.filter(({ size }) => size <= head.size)) {
    const path = anchor.size === head.size ? [] : proofs.get(anchor.size);
    if (path === undefined) anchor.unproved = true;
    else if (!consistent(anchor, head, path)) report.bad(first?.index ?? 0, `the head of ${anchor.size} events says otherwise`, anchor.size - 1);
  }
}
function checkChainEnd({ bundle, scope, head, chain, last }, report) {
  const [name, , tag] = scope.chain;
  const { entry, before, after } = jsonOf(bytesOf(bundle, 'map.json'), 'map.json');
  const shown = (e) => {
    const end = { tag: Buffer.from(e.tag, 'base64'), count: e.count, last: Buffer.from(e.last, 'base64') };
    const path = e.path.map((h) => Buffer.from(h, 'base64'));
    return includes({ index: e.index, size: head[name].size, leaf: leafOf(entryBytes(end)), path, root: head[name].root })
      ? { ...end, index: e.index }
      : undefined;
  };
  if (entry !== undefined) {
    const end = shown(entry);
    if (end === undefined || !end.tag.equals(tag)) return report.bad(last?.index ?? 0, 'the signed map does not bear the chain’s end out');
    if (end.count !== chain.count || !end.last.equals(chain.last))
      report.bad((last?.index ?? -1) + 1, `the chain holds ${end.count} events, the export ${chain.count}`, head.size - 1);
    return undefined;
  }
  const [left, right] = [before && shown(before), after && shown(after)];
  const between = (!before || (left && left.tag.compare(tag) < 0)) && (!after || (right && right.tag.compare(tag) > 0));
  const adjacent = head[name].size === 0 || (before ? left?.index + 1 : 0) === (after ? right?.index : head[name].size);
  if (!between || !adjacent || chain.count > 0) report.bad(0, 'the signed map does not bear out that there is no event', head.size - 1);
  return undefined;
}

const columnsOf = (e) => [
  e.eventId,
  e.unitId,
  e.unitPart,
  e.recordedAt * 1000,
  e.category,
  e.subtype,
  e.action,
  e.outcome,
  e.actor?.issuer,
  e.actor?.subject,
  e.actor?.login,
  e.clientId,
  e.purpose,
  e.patientKey ?? null,
  e.requestId,
];
const COLUMNS = [
  'event_id',
  'unit_id',
  'unit_part',
  'recorded_at',
  'category',
  'subtype',
  'action',
  'outcome',
  'issuer',
  'subject',
  'login',
  'client_id',
  'purpose',
  'patient_key',
  'request_id',
];
const MOST_NAMES = 200_000;
const MOST_IDS = 2_000_000;

/** Ids by 62 of their random bits, in a table that is never more than half full. */
class IdTable {
  constructor(slots = 4096) {
    [this.count, this.mask] = [0, slots - 1];
    [this.low, this.high, this.at] = [new Uint32Array(slots), new Uint32Array(slots), new Float64Array(slots)];
  }
  slotOf([low, high]) {
    let slot = low & this.mask;
    while (this.at[slot] !== 0 && (this.low[slot] !== low || this.high[slot] !== high)) slot = (slot + 1) & this.mask;
    return slot;
  }
  find(id) {
    const at = this.at[this.slotOf(id)];
    return at === 0 ? undefined : at - 1;
  }
  put(id, index) {
    if (this.count * 2 > this.mask) this.grow();
    const slot = this.slotOf(id);
    [this.low[slot], this.high[slot], this.at[slot]] = [...id, index + 1];
    this.count += 1;
  }
  grow() {
    const { low, high, at } = this;
    Object.assign(this, new IdTable((this.mask + 1) * 4));
    for (let slot = 0; slot < at.length; slot += 1) if (at[slot] !== 0) this.put([low[slot], high[slot]], at[slot] - 1);
  }
}

/**
 * Two events with one id are found when they lie no further apart than `most`, whatever the size of the log: two partitions of the record,
 * within each of which the database refuses the second. Memory stays what two tables take.
 */
export class RecentIds {
  constructor(most = MOST_IDS) {
    [this.most, this.young, this.old] = [most, new IdTable(), new IdTable()];
  }
  /** @returns the index of the event that bears the same id. */
  add(uuid, index) {
    const id = [parseInt(uuid.slice(28), 16), parseInt(uuid.slice(19, 23) + uuid.slice(24, 28), 16)];
    const twin = this.young.find(id) ?? this.old.find(id);
    if (twin !== undefined || id.some(Number.isNaN)) return twin;
    if (this.young.count >= this.most) [this.old, this.young] = [this.young, new IdTable()];
    this.young.put(id, index);
    return undefined;
  }
}

/** The events' bytes against their leaves, and the columns that screens and searches use against the bytes. */
function checkEvents(bundle, manifest, { retainedSince = -Infinity }, report) {
  const scope = scopeOf(manifest);
  const [leaves, events, columns] = ['leaves.bin', 'events.ndjson', 'columns.ndjson'].map((name) => new Stream(partOf(bundle, name) ?? bytesOf(bundle, name)));
  const names = { byKey: new Map(), byTag: new Map(), ids: new RecentIds() };
  const counts = { events: 0, withoutBytes: 0 };
  for (let record = leaves.take(RECORD); record !== undefined; record = leaves.take(RECORD)) {
    const [index, envelope] = [uint64(record, 0), record.subarray(40)];
    if (!scope.wants(envelope)) continue;
    const [line, column] = [events.line(), columns.line()];
    if (line === undefined || column === undefined) {
      report.bad(index, 'the event’s bytes or columns are missing');
      break;
    }
    counts.events += 1;
    if (line.length === 0) counts.withoutBytes += 1;
    if (line.length === 0 && recordedAt(envelope) >= retainedSince)
      report.bad(index, 'the event’s bytes are gone: say with --retained-since from when on the house keeps them');
    else if (line.length > 0) checkEvent({ index, envelope, line, column, names, scope }, report);
  }
  if (events.rest() || columns.rest()) report.bad(manifest.size - 1, 'there are bytes or columns without an event');
  for (const stream of [leaves, events, columns]) stream.close();
  return counts;
}

function checkEvent({ index, envelope, line, column, names, scope }, report) {
  if (!hash('sha256', line, 'buffer').equals(envelope.subarray(1, 33))) return report.bad(index, 'the event’s bytes are not those that were recorded');
  let event;
  try {
    event = JSON.parse(line.toString('utf8'));
  } catch {
    return report.bad(index, 'the event’s bytes cannot be read');
  }
  const said = columnsOf(event);
  if (JSON.stringify(said) !== column.toString('utf8')) {
    let stored = [];
    try {
      stored = JSON.parse(column.toString('utf8'));
    } catch {
      // Named below: every column differs.
    }
    const at = said.findIndex((value, i) => JSON.stringify(value) !== JSON.stringify(stored[i]));
    return report.bad(index, `column ${COLUMNS[at] ?? 'count'} is not what the event’s bytes say`);
  }
  const twin = names.ids.add(String(event.eventId), index);
  if (twin !== undefined) return report.bad(twin, 'two events bear one id', index);
  if (event.recordedAt !== recordedAt(envelope)) return report.bad(index, 'the leaf’s time is not the event’s');
  if (scope.patientKey !== undefined && event.patientKey !== scope.patientKey) return report.bad(index, 'the event is about another patient');
  const [patient, actor] = [patientOf(envelope).tag, actorOf(envelope).tag];
  if (patient.equals(ZERO) !== (event.patientKey === undefined))
    return report.bad(index, 'the leaf names a patient and the event does not, or the other way round');
  const known =
    isKnownAs(names, event.patientKey && `p ${event.patientKey}`, patient) && isKnownAs(names, `a ${event.actor?.issuer} ${event.actor?.subject}`, actor);
  return known ? undefined : report.bad(index, 'the leaf stands in the chain of somebody else');
}

/** One tag for one name and one name for one tag, as far as there is room to remember. */
function isKnownAs({ byKey, byTag }, key, tagBytes) {
  if (key === undefined) return true;
  const asTag = byKey.get(key);
  // Both ways were looked at when the name first came.
  if (asTag !== undefined) return asTag.equals(tagBytes);
  const tag = tagBytes.toString('latin1');
  const asKey = byTag.get(tag);
  if (asKey === undefined && byKey.size < MOST_NAMES) {
    byKey.set(key, Buffer.from(tagBytes));
    byTag.set(tag, key);
  }
  return (asKey ?? key) === key;
}

function receiptsOf(lines, keys, report) {
  const promised = new Map();
  for (const line of lines) {
    const [version, payload, signature] = line.split('.').map((part, i) => (i === 0 ? part : Buffer.from(part, 'base64url')));
    if (version !== 'v1' || signature === undefined || (payload.length - 8) % 48 !== 0) throw new Unreadable('a receipt cannot be read');
    const message = Buffer.concat([Buffer.from('concord-receipt/1\n'), payload]);
    if (!keys.receipt.some((key) => holds(key, message, signature))) report.note('a receipt is not signed by a known key');
    else for (let at = 8; at < payload.length; at += 48) promised.set(payload.toString('latin1', at + 16, at + 48), Number(payload.readBigUInt64BE(0)));
  }
  return promised;
}

const STREAMED = ['leaves.bin', 'events.ndjson', 'columns.ndjson'];

/** Reads what is small: manifest, keys, heads. @throws Unreadable */
function prepare(bundle, { keys, anchors = [], receipts = [] }) {
  const report = new Report();
  const manifestBytes = bytesOf(bundle, 'manifest.json');
  const manifest = jsonOf(manifestBytes, 'manifest.json');
  if (manifest.format !== FORMAT || !Number.isSafeInteger(manifest.size)) throw new Unreadable(`manifest.json is not of the form ${FORMAT}`);
  const trusted = keysOf(keys ?? jsonOf(bytesOf(bundle, 'pubkeys.json'), 'pubkeys.json'));
  const signature = Buffer.from(bytesOf(bundle, 'manifest.sig').toString('utf8').trim(), 'base64');
  const signed = Buffer.concat([Buffer.from('concord-audit-manifest/1\n'), manifestBytes]);
  if (!trusted.log.some((key) => holds(key, signed, signature))) report.note('the manifest is not signed by the log’s key');
  for (const [name, { bytes, sha256 }] of Object.entries(manifest.files)) {
    const part = partOf(bundle, name);
    if (part === undefined) throw new Unreadable(`${name} is missing`);
    if (STREAMED.includes(name)) {
      if ((typeof part === 'string' ? statSync(part).size : part.length) !== bytes) report.note(`${name} is longer or shorter than the manifest says`);
    } else if (hash('sha256', bytesOf(bundle, name)) !== sha256) report.note(`${name} is not the one that the manifest names`);
  }
  const head = headOf(bytesOf(bundle, 'checkpoint.txt').toString('utf8'), trusted);
  if (!head.signed) report.note('the head is not signed by the log’s key');
  if (head.size !== manifest.size || head.origin !== manifest.origin) report.note('the head is not the one that the manifest names');
  const own = partOf(bundle, 'anchors/checkpoints.txt') === undefined ? '' : bytesOf(bundle, 'anchors/checkpoints.txt').toString('utf8');
  const heads = [...splitNotes(own), ...anchors].map((note) => headOf(note, trusted));
  checkHeads(head, heads, report);
  return { report, manifest, head, anchors: heads.filter(({ size }) => size <= head.size), promised: receiptsOf(receipts, trusted, report) };
}

/** What heads say of each other, before any event is read. */
function checkHeads(head, anchors, report) {
  const roots = new Map([[head.size, head]]);
  for (const anchor of anchors) {
    if (!anchor.signed && !anchor.witnessed) report.note('an anchor is signed by nobody whose key is known');
    if (anchor.origin !== head.origin) report.note('an anchor is another log’s');
    if (anchor.size > head.size) report.bad(head.size, `a head of ${anchor.size} events was signed: this one is older, or the log was rolled back`);
    const same = roots.get(anchor.size);
    const differs =
      same !== undefined && ['root', 'patients', 'actors'].some((part) => !(same[part].root ?? same[part]).equals(anchor[part].root ?? anchor[part]));
    if (differs) report.note(`two heads of ${anchor.size} events differ: the log was forked`);
    roots.set(anchor.size, anchor);
  }
}

/** What all findings say together: each lies in its range, so the first bad index is in the one that ends first, and not before it may begin. */
function firstBad(findings, size) {
  const located = findings.filter(({ upTo }) => upTo !== Infinity);
  if (located.length === 0) return findings.length === 0 ? null : { ...findings[0], upTo: Math.max(0, size - 1) };
  const upTo = Math.min(...located.map((finding) => finding.upTo));
  const index = Math.max(...located.filter((finding) => finding.index <= upTo).map((finding) => finding.index));
  return { index, upTo, reason: located.find((finding) => finding.index === index).reason };
}

function conclude({ report, manifest, head, anchors, promised }, counts) {
  const missing = [...promised.values()].filter((time) => time <= Date.parse(head.time) - PROMISED_MS).length;
  if (manifest.scope.kind === 'log' && missing > 0) report.note(`${missing} events that a receipt promised have no leaf`);
  if (counts.events !== manifest.events) report.note('the manifest counts other events');
  if (counts.withoutBytes !== (manifest.retired?.events ?? 0)) report.note('the manifest names other events as gone by retention');
  const findings = report.findings.sort((a, b) => a.index - b.index);
  return {
    verdict: findings.length === 0 ? 'valid' : 'tampered',
    firstBad: firstBad(findings, head.size),
    findings: findings.slice(0, 20),
    origin: head.origin,
    size: head.size,
    time: head.time,
    witnessed: head.witnessed,
    scope: manifest.scope.kind,
    ...counts,
    anchors: anchors.filter(({ unproved }) => !unproved).length,
    anchorsUnproved: anchors.filter(({ unproved }) => unproved).length,
    receiptsMissing: manifest.scope.kind === 'log' ? missing : null,
  };
}

/** Checks a bundle in memory or in a folder. @throws Unreadable */
export function verifyBundle(bundle, options = {}) {
  const prepared = prepare(bundle, options);
  checkTree(bundle, prepared.manifest, prepared, prepared.report);
  return conclude(prepared, checkEvents(bundle, prepared.manifest, options, prepared.report));
}

/** The same with the two halves side by side: the second reads the events while the first builds the tree. */
async function verifyFolder(folder, options) {
  const prepared = prepare(folder, options);
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { folder, manifest: prepared.manifest, retainedSince: options.retainedSince } });
  const events = new Promise((done, fail) => worker.once('message', done).once('error', fail));
  checkTree(folder, prepared.manifest, prepared, prepared.report);
  const { findings, counts } = await events;
  prepared.report.findings.push(...findings);
  return conclude(prepared, counts);
}

const USAGE = 'audit verify PATH [--anchor FILE…] [--receipt FILE…] [--key FILE] [--retained-since TIME] [--json]';

function readArguments(args) {
  const options = { anchors: [], receipts: [], json: false };
  for (let at = 0; at < args.length; at += 1) {
    const name = args[at];
    if (name === '--json') options.json = true;
    else if (!name.startsWith('--')) options.path = options.path === undefined ? resolve(name) : usage();
    else if (args[at + 1] === undefined) usage();
    else if (name === '--anchor') options.anchors.push(...filesOf(args[++at]).flatMap((file) => splitNotes(readFileSync(file, 'utf8'))));
    else if (name === '--receipt')
      options.receipts.push(
        ...filesOf(args[++at]).flatMap((file) =>
          readFileSync(file, 'utf8')
            .split(/[\s,]+/)
            .filter((line) => line !== ''),
        ),
      );
    else if (name === '--key') options.keys = jsonOf(readFileSync(args[++at]), '--key');
    else if (name === '--retained-since') options.retainedSince = Date.parse(args[++at]);
    else usage();
  }
  return options.path === undefined || Number.isNaN(options.retainedSince) ? usage() : options;
}
function usage() {
  throw new Unreadable(`asked wrongly: ${USAGE}`);
}
const filesOf = (path) =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => name.endsWith('.txt'))
        .sort()
        .map((name) => join(path, name))
    : [path];

function say(result, { json, keys }) {
  if (json)
    return process.stdout.write(
      `${JSON.stringify({ ...result, keys: keys === undefined ? 'from the export itself' : 'given', maxRssMb: Math.round(process.resourceUsage().maxRSS / 1024) })}\n`,
    );
  const { verdict, firstBad, size, time, origin, events, anchors, witnessed } = result;
  const lines = [
    `${verdict}: ${origin}, ${size} events until ${time}${witnessed ? ', countersigned' : ''}`,
    `${events} events read, ${anchors} earlier heads agree`,
  ];
  if (firstBad !== null)
    lines.push(`first bad index ${firstBad.index}${firstBad.upTo === firstBad.index ? '' : ` (or one up to ${firstBad.upTo})`}: ${firstBad.reason}`);
  if (keys === undefined) lines.push('The keys came with the export: give yours with --key.');
  return process.stdout.write(`${lines.join('\n')}\n`);
}

async function main() {
  try {
    const options = readArguments(process.argv.slice(2));
    const result = await verifyFolder(options.path, options);
    say(result, options);
    process.exitCode = result.verdict === 'valid' ? 0 : 1;
  } catch (error) {
    // Whatever cannot be read is said to be so; a fault of this program too must never look like "valid".
    process.stderr.write(`unreadable: ${error instanceof Unreadable || error?.code === 'ENOENT' ? error.message : `${error?.name}: ${error?.message}`}\n`);
    process.exitCode = 2;
  }
}

if (!isMainThread && workerData?.folder !== undefined) {
  const report = new Report();
  const counts = checkEvents(workerData.folder, workerData.manifest, workerData, report);
  parentPort.postMessage({ findings: report.findings, counts });
} else if (isMainThread && process.argv[1] !== undefined && fileURLToPath(import.meta.url) === realpathSync(process.argv[1])) await main();
