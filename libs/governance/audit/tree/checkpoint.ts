import { fromBase64, toBase64 } from './bytes.ts';
import type { LogHead } from './log.ts';
import type { MapHead } from './tag-map.ts';

/** A head of the log at a moment, as it is signed. */
export interface Checkpoint extends LogHead {
  /** Names the log; every head of it begins with this line. */
  readonly origin: string;
  /** RFC 3339, UTC. */
  readonly time: string;
}

const line = (name: string, { size, root }: MapHead): string => `${name} ${size} ${toBase64(root)}\n`;

/** The text of a C2SP checkpoint: origin, size, root; then, as extension lines, the two maps and the time. */
export function formatCheckpoint({ origin, size, root, patients, actors, time }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n${line('patients', patients)}${line('actors', actors)}time ${time}\n`;
}

const FORM = /^([^\n]+)\n(\d{1,16}\n\S+)\npatients (\d{1,16} \S+)\nactors (\d{1,16} \S+)\ntime (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\n$/;

/** Undefined when the text is no checkpoint of ours. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const parts = FORM.exec(text);
  if (parts === null) return undefined;
  const [, origin = '', log = '', patientMap = '', actorMap = '', time = ''] = parts;
  const [head, patients, actors] = [log.replace('\n', ' '), patientMap, actorMap].map(parseHead);
  return head === undefined || patients === undefined || actors === undefined ? undefined : { origin, ...head, patients, actors, time };
}

function parseHead(text: string): MapHead | undefined {
  const [, size = '', encoded = ''] = /^(0|[1-9]\d{0,15}) (\S+)$/.exec(text) ?? [];
  const root = fromBase64(encoded);
  return root?.length === 32 ? { size: Number(size), root } : undefined;
}
