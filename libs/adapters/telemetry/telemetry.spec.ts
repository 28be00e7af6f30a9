import { describe, expect, it } from 'vitest';
import { createTelemetry } from './telemetry.ts';

describe('figures of a process', () => {
  it('counts answers by route, never by address', async () => {
    const figures = createTelemetry();
    figures.answered({ method: 'GET', route: '/fhir/R4/Patient/:id', status: 200, seconds: 0.004 });
    figures.answered({ method: 'GET', route: '/fhir/R4/Patient/:id', status: 503, seconds: 0.2 });
    const text = await figures.text();
    expect(text).toContain('concord_http_request_seconds_count{method="GET",route="/fhir/R4/Patient/:id",status="200"} 1');
    expect(text).toContain('concord_http_server_errors_total 1');
  });

  it('says how long the event loop was held up', async () => {
    expect(await createTelemetry().text()).toContain('nodejs_eventloop_lag_p99_seconds');
  });

  it('keeps two processes in one test apart', async () => {
    const [one, other] = [createTelemetry(), createTelemetry()];
    one.queueDepth(7);
    expect(await one.text()).toContain('concord_queue_jobs 7');
    expect(await other.text()).toContain('concord_queue_jobs 0');
  });
});
