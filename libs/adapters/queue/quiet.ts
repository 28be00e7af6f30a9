import { Logger } from 'graphile-worker';

/** graphile-worker tells of every job at INFO; what matters reaches us as events and errors. */
export const quiet = new Logger(() => () => undefined);
