import { createServer, request as forward, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { deflateSync } from 'node:zlib';
import {
  discordanceListSchema,
  heldListSchema,
  patientPageSchema,
  reportViewSchema,
  sessionSchema,
  timelineSchema,
  worklistSchema,
  type PatientPage,
  type Session,
} from '@concord/contracts';
import { BED_OF_DEVICES, heldAt, queueAt } from './devices.ts';
import { TASK, idOf, pageAt, rowsAt } from './patients.ts';
import { reportAt, timelineAt } from './timeline.ts';

/** Which state the stand-in is asked to show. */
export interface StandInState {
  failing: 'nothing' | 'worklist' | 'timeline' | 'reports' | 'all';
  empty: boolean;
  /** The order turned round, as if everything had changed. */
  reversed: boolean;
  delayMs: number;
  /** Somebody said that the monitor is not on its patient; each word about it turns this round. */
  ended: boolean;
}

export interface StandIn {
  readonly server: Server;
  readonly state: StandInState;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** One origin as the edge gives it: answers in the shape of the contracts, everything else from the pages. */
export function standIn(webUrl: () => string): StandIn {
  const state: StandInState = { failing: 'nothing', empty: false, reversed: false, delayMs: 0, ended: false };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (!/^\/(api|audit|dicom-web|auth)(\/|$)/.test(url.pathname)) {
      relay(webUrl(), request, response);
      return;
    }
    setTimeout(() => answer(url, state, response), url.pathname === '/api/v1/session' ? 0 : state.delayMs);
  });
  return { server, state };
}

function answer(url: URL, state: StandInState, response: ServerResponse): void {
  const found = url.pathname.startsWith('/dicom-web') ? 'image' : body(url, state);
  const headers = { 'x-request-id': '9c2m71qe-0000-4000-8000-000000000000', 'cache-control': 'no-store' };
  if (found === 'image') response.writeHead(200, { ...headers, 'content-type': 'image/png' }).end(phantom());
  else if (found === 'failed') response.writeHead(503, { ...headers, 'content-type': JSON_TYPE }).end('{}');
  else if (found === null) response.writeHead(404, { ...headers, 'content-type': JSON_TYPE }).end('{}');
  else response.writeHead(200, { ...headers, 'content-type': JSON_TYPE }).end(JSON.stringify(found));
}

function body(url: URL, state: StandInState): unknown {
  const now = Date.now();
  if (url.pathname === '/api/v1/session') return sessionSchema.parse(session(now));
  if (state.failing === 'all') return 'failed';
  if (url.pathname === '/api/v1/worklist') return state.failing === 'worklist' ? 'failed' : worklistSchema.parse(worklist(now, state));
  return listed(url, now) ?? patient(url, state, now);
}

function listed(url: URL, now: number): unknown {
  const banner = pageAt(idOf(BED_OF_DEVICES), now)?.banner;
  if (banner === undefined) return undefined;
  if (url.pathname === '/api/v1/held-readings') return heldListSchema.parse(heldAt(now, banner));
  return url.pathname === '/api/v1/discordances' ? discordanceListSchema.parse(queueAt(now, banner)) : undefined;
}

function patient(url: URL, state: StandInState, now: number): unknown {
  const [, id = '', part = 'page'] = /^\/api\/v1\/patients\/([^/]+)(?:\/([^/]+))?/.exec(url.pathname) ?? [];
  const page = pageAt(id, now, state.ended);
  if (!page) return null;
  if (part === 'device-turns') {
    state.ended = !state.ended;
    return { done: true };
  }
  if (part === 'held-readings') return { settled: 3 };
  return part === state.failing ? 'failed' : (PARTS[part]?.(page, now) ?? null);
}

const PARTS: Readonly<Record<string, (page: PatientPage, now: number) => unknown>> = {
  page: (page) => patientPageSchema.parse(page),
  timeline: (page, now) => timelineSchema.parse(timelineAt(page, now)),
  reports: (_page, now) => reportViewSchema.parse(reportAt(now)),
};

function session(now: number): Session {
  return {
    openReviews: null,
    authorities: ['urn:concord:demo:mrn'],
    login: 'physician',
    displayName: 'Dr R. Osei',
    roles: ['physician'],
    wards: [
      { id: 'ward-a', name: 'Ward A' },
      { id: 'ward-b', name: 'Ward B' },
    ],
    demo: true,
    timeZone: 'Europe/Berlin',
    bundle: '2026.11-b1',
    expiresAt: new Date(now + 900_000).toISOString(),
  };
}

function worklist(now: number, { empty, reversed }: StandInState): unknown {
  return {
    generatedAt: new Date(now).toISOString(),
    task: TASK,
    order: 'NEWS2, lower bound, then chance of decline within 24 h, then name',
    wards: session(now).wards,
    rows: empty ? [] : reversed ? rowsAt(now).reverse() : rowsAt(now),
  };
}

function relay(webUrl: string, request: IncomingMessage, response: ServerResponse): void {
  const target = new URL(request.url ?? '/', webUrl);
  const passed = forward(target, { method: request.method ?? 'GET', headers: request.headers }, (from) => {
    response.writeHead(from.statusCode ?? 502, from.headers);
    from.pipe(response);
  });
  passed.on('error', () => response.writeHead(502).end());
  request.pipe(passed);
}

/** A drawn chest, 512 by 480, eight bits: two dark fields between bright ones, and a soft opacity in the right lower zone. */
function phantom(): Buffer {
  const [columns, rows] = [512, 480];
  const lines = Buffer.alloc(rows * (columns + 1));
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < columns; x += 1) lines[y * (columns + 1) + 1 + x] = grey(x / columns, y / rows);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(columns, 0);
  head.writeUInt32BE(rows, 4);
  head.set([8, 0, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', deflateSync(lines)), chunk('IEND', Buffer.alloc(0))]);
}

function grey(x: number, y: number): number {
  const blob = (cx: number, cy: number, rx: number, ry: number) => Math.exp(-1 * (((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2) ** 2);
  const body = blob(0.5, 0.62, 0.46, 0.72) * 130;
  const lungs = (blob(0.31, 0.48, 0.15, 0.33) + blob(0.7, 0.48, 0.15, 0.33)) * 105;
  const heart = blob(0.54, 0.62, 0.12, 0.18) * 60;
  const opacity = Math.exp(-1 * (((x - 0.32) / 0.1) ** 2 + ((y - 0.68) / 0.08) ** 2)) * 60;
  const ribs = 9 * Math.max(0, Math.sin((y + 0.12 * Math.abs(x - 0.5)) * 62));
  return Math.round(Math.min(240, Math.max(4, 8 + body - lungs + heart + opacity + ribs)));
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc(named), named.length + 4);
  return framed;
}

function crc(bytes: Buffer): number {
  let register = 0xffffffff;
  for (const byte of bytes) {
    register ^= byte;
    for (let bit = 0; bit < 8; bit += 1) register = register & 1 ? (register >>> 1) ^ 0xedb88320 : register >>> 1;
  }
  return (register ^ 0xffffffff) >>> 0;
}
