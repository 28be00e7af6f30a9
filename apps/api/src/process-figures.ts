import type { MetricsSource } from './backend.ts';

/** Memory and run time of this process; nothing in it counts patients. */
export function processFigures(): MetricsSource {
  return {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    text: () => Promise.resolve(lines().join('\n') + '\n'),
  };
}

function lines(): readonly string[] {
  const { rss, heapUsed } = process.memoryUsage();
  return [
    '# HELP process_resident_memory_bytes Resident memory.',
    '# TYPE process_resident_memory_bytes gauge',
    `process_resident_memory_bytes ${rss}`,
    '# HELP nodejs_heap_used_bytes Heap in use.',
    '# TYPE nodejs_heap_used_bytes gauge',
    `nodejs_heap_used_bytes ${heapUsed}`,
    '# HELP process_uptime_seconds Seconds since the start.',
    '# TYPE process_uptime_seconds counter',
    `process_uptime_seconds ${process.uptime().toFixed(0)}`,
  ];
}
