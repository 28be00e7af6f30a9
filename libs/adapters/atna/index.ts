export { openAtnaFeed, runAtnaFeed, type AtnaFeed, type AtnaSettings, type NextEvents } from './feed.ts';
