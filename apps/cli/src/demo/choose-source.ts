import { GENERATED, type DemoSource } from './demo-source.ts';
import { openSets } from './open-sets.ts';

/** Open sets where a folder of them is given, else the generator. */
export function demoSource(folder: string | undefined): DemoSource {
  return folder === undefined ? GENERATED : openSets(folder);
}
