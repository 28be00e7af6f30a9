import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Running figures of one process. Labels are routes, statuses and outcomes: nothing that names or counts one patient. */
export interface Telemetry {
  readonly contentType: string;
  /** Text format of Prometheus. */
  text(): Promise<string>;
  /** One answered request; `route` is the pattern (`/fhir/R4/Patient/:id`), never the address. */
  answered(request: { readonly method: string; readonly route: string; readonly status: number; readonly seconds: number }): void;
  /** One run of the pipeline, with all of its questions. */
  assessed(run: { readonly outcome: 'scored' | 'abstained' | 'failed'; readonly seconds: number }): void;
  queueDepth(jobs: number): void;
}

/** From what a person does not notice to the limit of a request. */
const REQUEST_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const ASSESS_SECONDS = [0.005, 0.01, 0.015, 0.025, 0.04, 0.1, 0.25, 1, 5];

/** Figures of their own registry, so that two in one process (a test) do not collide. Memory and event-loop lag are in it. */
export function createTelemetry(): Telemetry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'concord_http_request_seconds',
    help: 'Time from the request to the last byte of the answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_SECONDS,
    registers: [registry],
  });
  const runs = new Histogram({
    name: 'concord_assess_seconds',
    help: 'Time to answer every question about one patient.',
    labelNames: ['outcome'],
    buckets: ASSESS_SECONDS,
    registers: [registry],
  });
  const failures = new Counter({ name: 'concord_http_server_errors_total', help: 'Answers of 500 and above.', registers: [registry] });
  const queue = new Gauge({ name: 'concord_queue_jobs', help: 'Jobs that wait or run.', registers: [registry] });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    answered: ({ method, route, status, seconds }) => {
      requests.observe({ method, route, status: String(status) }, seconds);
      if (status >= 500) failures.inc();
    },
    assessed: ({ outcome, seconds }) => {
      runs.observe({ outcome }, seconds);
    },
    queueDepth: (jobs) => {
      queue.set(jobs);
    },
  };
}
