export { prepareQueue } from './prepare-queue.ts';
