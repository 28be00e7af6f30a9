export { prepareQueue } from './prepare-queue.ts';
export { runJobs, type JobRunner, type JobRunnerOptions, type QueuedJob } from './run-jobs.ts';
