'use client';

import { useState, type MouseEvent } from 'react';

interface Props {
  readonly query: string;
  /** Opaque id; the papers are about one patient. */
  readonly patient: string;
}

type State = { readonly kind: 'idle' | 'failed' | 'done' } | { readonly kind: 'running'; readonly bytes: number };

/** Takes the answer of the search out: as files that say how far they are, and as the two papers about one patient. */
export function ExportLinks({ query, patient }: Props) {
  const [state, setState] = useState<State>({ kind: 'idle' });
  const ask = query ? `?${query}` : '';
  const file = (form: 'ndjson' | 'csv') => async (event: MouseEvent) => {
    event.preventDefault();
    setState({ kind: 'running', bytes: 0 });
    const isSaved = await save(`/who-saw-what/${form}${ask}`, `audit.${form}`, (bytes) => {
      setState({ kind: 'running', bytes });
    }).catch(() => false);
    setState({ kind: isSaved ? 'done' : 'failed' });
  };
  const paper = `/api/v1/patients/${encodeURIComponent(patient)}`;
  return (
    <div className="tools exports">
      <a href={`/who-saw-what/ndjson${ask}`} download="audit.ndjson" onClick={(event) => void file('ndjson')(event)}>
        All of it as NDJSON
      </a>
      <a href={`/who-saw-what/csv${ask}`} download="audit.csv" onClick={(event) => void file('csv')(event)}>
        As a table (CSV)
      </a>
      {patient && (
        <>
          <a href={`${paper}/access-report?format=html`} target="_blank" rel="noreferrer">
            Report for the patient
          </a>
          <a href={`${paper}/disclosures?format=html`} target="_blank" rel="noreferrer">
            Disclosures
          </a>
        </>
      )}
      <span role="status" className="two">
        {wordsOf(state)}
      </span>
    </div>
  );
}

function wordsOf(state: State): string {
  switch (state.kind) {
    case 'idle':
      return '';
    case 'running':
      return `${String(Math.round(state.bytes / 1024))} KB so far…`;
    case 'done':
      return 'Saved. The export was recorded.';
    case 'failed':
      return 'Not exported: too many events for one file, or no connection. Narrow the time.';
  }
}

async function save(from: string, name: string, told: (bytes: number) => void): Promise<boolean> {
  const answer = await fetch(from, { cache: 'no-store' });
  if (!answer.ok || answer.body === null) return false;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = answer.body.getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    parts.push(chunk.value);
    bytes += chunk.value.length;
    told(bytes);
  }
  const url = URL.createObjectURL(new Blob(parts, { type: answer.headers.get('content-type') ?? '' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
  return true;
}
