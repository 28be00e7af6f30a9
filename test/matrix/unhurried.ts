import { setTimeout } from 'node:timers/promises';

/** A route that computes for few at a time says so; asked again, it answers. */
export async function unhurried(once: () => Promise<Response>): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const answer = await once();
    if (answer.status !== 503 || tries > 40) return `${answer.status} ${await answer.text()}`;
    await setTimeout(250);
  }
}
