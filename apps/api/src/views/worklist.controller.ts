import { Controller, Get, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { WireAssessment, Worklist, WorklistRow } from '@concord/contracts';
import type { RiskTaskId, WardId } from '@concord/core/clinical';
import { toIso, type Instant } from '@concord/core/kernel';
import type { AccessScope, WorklistEntry } from '@concord/core/ports';
import { callerOf } from '../edge/caller.ts';
import { aboutSearch, Gate } from '../edge/gate.ts';
import { Needs } from '../edge/permission.ts';
import { bannerOf, type WardNames } from './banner.ts';
import { rowOf } from './patient-row.ts';
import { MAIN_TASK, readQuery, taskParameter, wordParameter } from './questions.ts';
import { news2Now } from './vital-signs.ts';
import { byNeed, ORDER } from './worklist-order.ts';

/** Who is getting worse: every admitted patient whom the reader may reach, worst first. */
@Controller('api/v1/worklist')
export class WorklistController {
  readonly #gate: Gate;

  constructor(@Inject(Gate) gate: Gate) {
    this.#gate = gate;
  }

  @Get()
  @Needs('search', 'Worklist', 'worklist')
  async worklist(@Req() request: FastifyRequest): Promise<Worklist> {
    const { ward, task } = readQuery(request, { ward: wordParameter.optional(), task: taskParameter.optional() });
    const id = task?.id ?? (MAIN_TASK as RiskTaskId);
    return this.#gate.open(callerOf(request), { ...aboutSearch(`ward=${ward ?? ''}`), unitKey: ward ?? 'all' }, (scope) =>
      load(scope, id, ward as WardId | undefined),
    );
  }
}

async function load(scope: AccessScope, task: RiskTaskId, ward: WardId | undefined): Promise<Worklist> {
  const entries = await scope.worklist.load(ward === undefined ? { task } : { task, wardId: ward });
  const wards = await scope.worklist.wards();
  const names: WardNames = new Map(wards.map(({ id, name }) => [id, name]));
  const rows = entries.map((entry) => briefly(toRow(entry, names, scope), task)).sort(byNeed);
  scope.audit.note({ tiers: rows.map((row) => ({ patientId: entryPatient(entries, row), tier: tierOf(row) })) });
  return {
    generatedAt: toIso(scope.now),
    task,
    order: ORDER,
    wards: wards.filter(({ id }) => scope.wards.includes(id)).map(({ id, name }) => ({ id, name })),
    rows,
  };
}

function toRow(entry: WorklistEntry, names: WardNames, scope: { readonly now: Instant; readonly decision: AccessScope['decision'] }): WorklistRow {
  return rowOf({
    banner: bannerOf(entry.patient, entry.encounter, names, scope.now),
    news2: news2Now(entry.patient, entry.readings, scope.now),
    latest: entry.latest,
    history: entry.history,
    newest: new Map(entry.newest.map(({ modality, effectiveAt }) => [modality, effectiveAt])),
    withhold: scope.decision.obligations,
  });
}

/** A list carries what its columns show: 25 patients with every reason of three horizons were half a megabyte every few seconds. */
function briefly(row: WorklistRow, task: RiskTaskId): WorklistRow {
  return { ...row, assessments: row.assessments.map((each) => ({ ...each, evidence: each.task === task ? mainReason(each) : [] })) };
}

/** What raises it most: a named place before what a modality's parts say only together. */
function mainReason({ evidence }: WireAssessment): WireAssessment['evidence'] {
  const raising = evidence.filter(({ contribution }) => contribution > 0).toSorted((a, b) => b.contribution - a.contribution);
  const first = raising.find(({ kind }) => kind !== 'joint') ?? raising[0];
  return first === undefined ? [] : [first];
}

/** What a new event in the audit record depends on: the tier shown, and whether someone is needed now. */
function tierOf(row: WorklistRow): string {
  return row.needsSomeoneNow ? 'now' : (row.assessments.find(({ task }) => task === MAIN_TASK)?.tier ?? 'none');
}

function entryPatient(entries: readonly WorklistEntry[], row: WorklistRow): WorklistEntry['patient']['id'] {
  const entry = entries.find(({ patient }) => patient.id === row.banner.patientId);
  if (entry === undefined) throw new Error('a row without its patient');
  return entry.patient.id;
}
