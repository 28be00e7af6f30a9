import { patientPageSchema, worklistSchema, type PatientPage } from '@concord/contracts';
import type { Page } from 'playwright-core';

/** Pages of the patients on this reader's list, in its order, one after the other: most searches end early. */
async function* pagesOf(page: Page, url: string): AsyncGenerator<PatientPage> {
  const list = worklistSchema.parse(await (await page.request.get(`${url}/api/v1/worklist`)).json());
  for (const { banner } of list.rows) yield patientPageSchema.parse(await (await page.request.get(`${url}/api/v1/patients/${banner.patientId}`)).json());
}

/** Id of the first patient on the list whose page fits; undefined when none does. */
export async function findPatient(page: Page, url: string, fits: (found: PatientPage) => boolean): Promise<string | undefined> {
  for await (const found of pagesOf(page, url)) if (fits(found)) return found.banner.patientId;
  return undefined;
}

/** Whether the 24-hour score has reasons of all these kinds. */
export function hasReasons(found: PatientPage, kinds: readonly string[]): boolean {
  return found.assessments.some((one) => one.task.endsWith('24h') && kinds.every((kind) => one.evidence.some((item) => item.kind === kind)));
}
