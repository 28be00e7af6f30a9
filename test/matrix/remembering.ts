import type { RunningEdge } from '../edge.ts';

/** How one request was answered, beside the id under which it stands in the record. */
export interface Answered {
  readonly requestId: string;
  readonly status: number;
  readonly what: string;
}

/** The same edge; how each request was answered is kept beside the id under which it stands in the record. */
export function remembering(edge: RunningEdge, answered: Answered[]): RunningEdge {
  const kept = (what: string, answer: Response): Response => {
    answered.push({ requestId: answer.headers.get('x-request-id') ?? '', status: answer.status, what });
    return answer;
  };
  return {
    ...edge,
    get: async (path, ...rest) => kept(`GET ${path} ${rest[0] ?? ''}`, await edge.get(path, ...rest)),
    post: async (path, ...rest) => kept(`POST ${path} ${rest[0] ?? ''}`, await edge.post(path, ...rest)),
  };
}
