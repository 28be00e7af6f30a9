'use client';

import { useCallback, useMemo, useState } from 'react';
import type { PatientPage, Timeline, WireAssessment, WireEvidence } from '@concord/contracts';
import { WHY_SHOWN, tagsById, waterfall, zoomed, type Waterfall } from '@concord/ui';
import { useKeys } from '../frame/keys.ts';
import { lastList } from '../worklist/list-keys.ts';
import { assessmentFor, whyOf, type Horizon } from './choose.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEP_MS = 5 * MINUTE;
/** Zoom steps: the whole day, then shorter. */
const SPANS = [24, 12, 6, 3, 1].map((hours) => hours * HOUR);

export interface PatientFocus {
  readonly horizon: Horizon;
  readonly setHorizon: (horizon: Horizon) => void;
  /** Task whose reasons are read in place of those of decline; null for decline. */
  readonly question: string | null;
  readonly setQuestion: (task: string | null) => void;
  /** Decline within the horizon. */
  readonly assessment: WireAssessment | undefined;
  /** The answer whose reasons are read. */
  readonly explained: WireAssessment | undefined;
  readonly fall: Waterfall | null;
  /** Names every reason, however small. */
  readonly unfold: () => void;
  readonly tags: ReadonlyMap<string, number>;
  readonly selected: WireEvidence | null;
  readonly select: (id: string | null) => void;
  /** Milliseconds since 1970, or null when nothing is pointed at. */
  readonly cursor: number | null;
  readonly setCursor: (at: number | null) => void;
  readonly window: readonly [from: number, to: number];
  readonly zoom: (direction: 'in' | 'out') => void;
}

/** What is looked at: one reason, one moment, one stretch of time, the same in all views. */
export function usePatientFocus(page: PatientPage, timeline: Timeline | null): PatientFocus {
  const [horizon, setHorizon] = useState<Horizon>('24h');
  const [selectedId, setSelectedId] = useState<string | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const [zoomStep, setZoomStep] = useState(0);
  const [question, setQuestion] = useState<string | null>(null);
  const assessment = assessmentFor(page, horizon);
  const asked = page.questions.find(({ task }) => task === question);
  const explained = asked === undefined ? assessment : whyOf(asked);
  const [unfolded, setUnfolded] = useState(false);
  const shown = unfolded ? Number.POSITIVE_INFINITY : WHY_SHOWN;
  const fall = useMemo(() => (explained?.outcome === 'scored' ? waterfall(explained, shown) : null), [explained, shown]);
  const tags = useMemo(() => tagsById(fall?.steps ?? []), [fall]);
  const selected = explained?.evidence.find((item) => item.id === selectedId) ?? null;
  const bounds = useMemo(() => boundsOf(page, timeline), [page, timeline]);
  const select = useCallback((id: string | null) => {
    setSelectedId((before) => (before === id ? null : id));
  }, []);
  const zoom = useCallback((direction: 'in' | 'out') => {
    setZoomStep((step) => Math.min(SPANS.length - 1, Math.max(0, step + (direction === 'in' ? 1 : -1))));
  }, []);
  const window = zoomed(SPANS[zoomStep] ?? Number.POSITIVE_INFINITY, cursor ?? momentOf(selected) ?? bounds[1], bounds);
  const clear = useCallback(() => {
    setSelectedId(null);
    setCursor(null);
  }, []);
  const nextQuestion = useCallback(() => {
    const choices = [null, ...page.questions.filter((one) => whyOf(one) !== undefined).map(({ task }) => task)];
    setQuestion((before) => choices[(choices.indexOf(before) + 1) % choices.length] ?? null);
  }, [page.questions]);
  usePatientKeys({ order: [...tags.keys()], selectedId, select, clear, cursor, setCursor, bounds, zoom, nextQuestion });
  const unfold = useCallback(() => {
    setUnfolded(true);
  }, []);
  return { horizon, setHorizon, question, setQuestion, assessment, explained, fall, unfold, tags, selected, select, cursor, setCursor, window, zoom };
}

function boundsOf(page: PatientPage, timeline: Timeline | null): readonly [number, number] {
  const now = Date.parse(page.generatedAt);
  return timeline ? [Date.parse(timeline.from), Math.max(Date.parse(timeline.to), Date.parse(timeline.from) + HOUR)] : [now - 24 * HOUR, now];
}

function momentOf(item: WireEvidence | null): number | null {
  return item?.kind === 'signal-window' ? (Date.parse(item.pointer.from) + Date.parse(item.pointer.to)) / 2 : null;
}

interface Keyed {
  readonly order: readonly string[];
  readonly selectedId: string | null;
  readonly select: (id: string | null) => void;
  readonly clear: () => void;
  readonly cursor: number | null;
  readonly setCursor: (at: number | null) => void;
  readonly bounds: readonly [number, number];
  readonly zoom: (direction: 'in' | 'out') => void;
  readonly nextQuestion: () => void;
}

function usePatientKeys(keyed: Keyed): void {
  useKeys(
    useCallback(
      (event) => {
        const act = actionOf(event, keyed);
        act?.();
        return act !== undefined;
      },
      [keyed],
    ),
  );
}

function actionOf(event: KeyboardEvent, keyed: Keyed): (() => void) | undefined {
  if (/^[1-8]$/.test(event.key)) return choose(keyed, Number(event.key) - 1);
  const at = keyed.order.findIndex((id) => id === keyed.selectedId);
  switch (event.key) {
    case 'j':
      return choose(keyed, at + 1);
    case 'k':
      return choose(keyed, at - 1);
    case 'ArrowLeft':
      return moveCursor(keyed, -stepOf(event));
    case 'ArrowRight':
      return moveCursor(keyed, stepOf(event));
    case 'Escape':
      return keyed.clear;
    case 'q':
      return keyed.nextQuestion;
    case 'u':
      return () => {
        window.location.assign(lastList());
      };
    default:
      return zoomBy(event.key, keyed);
  }
}

function stepOf({ shiftKey }: KeyboardEvent): number {
  return shiftKey ? HOUR : STEP_MS;
}

function choose({ order, selectedId, select }: Keyed, index: number): (() => void) | undefined {
  const id = order[index];
  if (id === undefined || id === selectedId) return undefined;
  return () => {
    select(id);
  };
}

function moveCursor({ cursor, setCursor, bounds: [from, to] }: Keyed, step: number): () => void {
  return () => {
    setCursor(Math.min(to, Math.max(from, Math.round(((cursor ?? to) + step) / MINUTE) * MINUTE)));
  };
}

function zoomBy(key: string, { zoom }: Keyed): (() => void) | undefined {
  const direction = { '+': 'in', '=': 'in', '-': 'out', '−': 'out' } as const;
  const found = Object.entries(direction).find(([name]) => name === key)?.[1];
  return found
    ? () => {
        zoom(found);
      }
    : undefined;
}
