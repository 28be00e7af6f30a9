import type { AccessScope, AuditQuery, AuditRow } from '@concord/core/ports';

const PAGE = 500;
/** More than this is an export job, not an answer. */
export const MOST_ROWS = 10_000;

/** Every event of the answer, or undefined when they are too many for one. */
export async function allRows(scope: AccessScope, query: AuditQuery): Promise<{ readonly items: readonly AuditRow[]; readonly total: number } | undefined> {
  const items: AuditRow[] = [];
  for (let after: string | undefined; ;) {
    const page = await scope.audit.search(query, { count: PAGE, ...(after === undefined ? {} : { after }) });
    items.push(...page.items);
    if (page.total > MOST_ROWS || items.length > MOST_ROWS) return undefined;
    if (page.next === undefined) return { items, total: page.total };
    after = page.next;
  }
}
