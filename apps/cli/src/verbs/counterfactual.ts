import { counterfactualSchema } from '@concord/contracts';
import { isUuid } from '@concord/core/clinical';
import { serverAs } from '../server.ts';
import { EXIT, readArgs, UsageError, VerbFailed, type ExitCode, type Io, type Verb } from '../verb.ts';

/** "If SpO2 were 96": what the model would answer to a stored question with other readings. Nothing is stored. */
export const counterfactual: Verb = {
  usage: ['counterfactual ASSESSMENT_ID [--set CODE=VALUE:UNIT …]     for example --set 2708-6=96:%', 'without --set the stored number must come out'].join(
    '\n',
  ),
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values, positionals } = readArgs(args, { set: { type: 'string', multiple: true, default: [] as string[] } });
    const [id, ...rest] = positionals;
    if (id === undefined || rest.length > 0 || !isUuid(id)) throw new UsageError('Say which assessment: counterfactual ASSESSMENT_ID.');
    const server = await serverAs(io.settings, 'physician');
    const answer = await server.ask(`/api/v1/assessments/${id}/counterfactual`, {
      method: 'POST',
      accept: 'application/json',
      contentType: 'application/json',
      body: JSON.stringify({ changes: values.set.map(changeFrom) }),
    });
    if (!answer.ok) throw new VerbFailed(await refusalOf(answer));
    const { before, after } = counterfactualSchema.parse(await answer.json());
    io.out(
      values.json
        ? JSON.stringify({ assessment: id, before, after })
        : `${words(before)} as stored; ${words(after)} with the change. What the model would say, not what would happen.`,
    );
    return EXIT.done;
  },
};

function changeFrom(text: string): { readonly code: string; readonly value: number; readonly unit: string } {
  const [, code, value, unit] = /^(\d{1,7}-\d)=(-?\d+(?:\.\d+)?):(.{1,40})$/.exec(text) ?? [];
  if (code === undefined || value === undefined || unit === undefined) throw new UsageError('A change is CODE=VALUE:UNIT, LOINC and UCUM: --set 2708-6=96:%.');
  return { code, value: Number(value), unit };
}

async function refusalOf(answer: Response): Promise<string> {
  if (answer.status === 404) return 'There is no such assessment.';
  const problem: unknown = await answer.json().catch(() => undefined);
  const detail = typeof problem === 'object' && problem !== null && 'detail' in problem ? String(problem.detail) : '';
  return detail === '' ? `The server answered ${answer.status}.` : detail;
}

function words({ probability, reason }: { readonly probability: number | null; readonly reason: string | null }): string {
  return probability === null ? `no score (${reason ?? 'abstained'})` : `${(probability * 100).toFixed(2)} %`;
}
