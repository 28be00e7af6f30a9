import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isUuid, type PatientId, type RiskTask } from '@concord/core/clinical';
import { parseInstant, type Instant } from '@concord/core/kernel';
import { taskOf, tasks } from '@concord/tasks/registry';
import { Failure, notFound } from '../edge/failure.ts';

/** The task that the worklist, the trend and the timeline show. */
export const MAIN_TASK = 'physiological-decline-24h';

/** A moment in a query: ISO 8601 with offset. */
export const instantParameter = z.string().transform((text, context): Instant => {
  const moment = parseInstant(text);
  if (moment.ok) return moment.value;
  context.addIssue({ code: 'custom', message: 'an instant as ISO 8601 with offset' });
  return z.NEVER;
});

export const taskParameter = z.string().transform((id, context): RiskTask => {
  const task = taskOf(id);
  if (task !== undefined) return task;
  context.addIssue({ code: 'custom', message: 'a task of this system' });
  return z.NEVER;
});

/** An id of a ward, a report or an item: a plain word. */
export const wordParameter = z.string().regex(/^[A-Za-z0-9.-]{1,64}$/);

/** The query as declared: unknown names, repeated names and values of another form are 400. @throws Failure */
export function readQuery<S extends z.ZodRawShape>(request: FastifyRequest, shape: S): z.infer<z.ZodObject<S, z.core.$strict>> {
  const parsed = z.strictObject(shape).safeParse(request.query ?? {});
  if (parsed.success) return parsed.data;
  throw new Failure(
    400,
    parsed.error.issues.map((issue) => ({ code: 'value', text: `The query is not as declared: ${nameOf(issue)}.` })),
  );
}

/** The declared name; never what was sent. */
function nameOf(issue: z.core.$ZodIssue): string {
  const [name] = issue.path;
  return typeof name === 'string' ? `parameter ${name}` : 'a parameter that is not offered';
}

/** @throws Failure 404: an id of another form names nobody. */
export function patientIdOf(text: string): PatientId {
  if (!isUuid(text)) throw notFound();
  return text as PatientId;
}

const isDecline = ({ id }: RiskTask): boolean => id.startsWith('physiological-decline-');

export const declineTasks: readonly RiskTask[] = tasks.filter(isDecline);
/** What is asked beside decline, shortest horizon first. */
export const otherTasks: readonly RiskTask[] = tasks.filter((task) => !isDecline(task)).toSorted((a, b) => a.horizon - b.horizon);
