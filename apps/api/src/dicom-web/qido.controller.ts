import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AccessScope, PatientRecord, StudyRecord } from '@concord/core/ports';
import { parseQido, type DicomJson, type QidoQuery } from '@concord/interop/dicom';
import type { Config } from '../config.ts';
import { From, type Caller } from '../edge/caller.ts';
import { failure } from '../edge/failure.ts';
import { aboutSearch, Gate } from '../edge/gate.ts';
import { Needs } from '../edge/permission.ts';
import { CONFIG } from '../edge/tokens.ts';
import { DICOM_JSON, dicomJson, requireJson, requireUids } from './accept.ts';
import { instanceAnswer, seriesAnswer, studyAnswer } from './qido-answer.ts';

/** QIDO-RS, PS3.18 10.6. Nothing found is an empty list. */
@Controller('dicom-web')
export class QidoController {
  readonly #gate: Gate;
  readonly #root: string;

  constructor(@Inject(Gate) gate: Gate, @Inject(CONFIG) config: Config) {
    this.#gate = gate;
    this.#root = `${config.publicUrl}/dicom-web`;
  }

  @Get('studies')
  @Needs('search', 'ImagingStudy')
  async studies(@From() caller: Caller, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const query = queryOf(request);
    const found = await this.#gate.open(caller, aboutSearch(worded('studies', query)), async (scope) => {
      const answers: DicomJson[] = [];
      const patients = new Map<string, PatientRecord | undefined>();
      for (const study of await studiesOf(scope, query)) {
        if (!patients.has(study.patientId)) patients.set(study.patientId, await scope.patients.read(study.patientId));
        answers.push(studyAnswer(study, patients.get(study.patientId), this.#root));
      }
      return answers;
    });
    send(reply, query, found);
  }

  @Get('studies/:study/series')
  @Needs('search', 'ImagingStudy')
  async series(@From() caller: Caller, @Param('study') study: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    requireUids(study);
    const query = { ...queryOf(request), studyInstanceUid: study };
    const found = await this.#gate.open(caller, aboutSearch(worded('series', query)), async (scope) => {
      const studies = (await scope.imaging.studies({ studyInstanceUid: study }, { count: 10 })).items;
      return studies.flatMap((one) => one.series.filter((each) => matches(query, each)).map((each) => seriesAnswer(one, each, this.#root)));
    });
    send(reply, query, page(found, query));
  }

  @Get('studies/:study/instances')
  @Needs('search', 'ImagingStudy')
  instancesOfStudy(@From() caller: Caller, @Param('study') study: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#instances(caller, { ...queryOf(request), studyInstanceUid: study }, reply);
  }

  @Get('studies/:study/series/:series/instances')
  @Needs('search', 'ImagingStudy')
  instancesOfSeries(@From() caller: Caller, @Param() { study, series }: SeriesPath, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#instances(caller, { ...queryOf(request), studyInstanceUid: study, seriesInstanceUid: series }, reply);
  }

  async #instances(caller: Caller, query: QidoQuery & { readonly studyInstanceUid: string }, reply: FastifyReply): Promise<void> {
    const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = query;
    requireUids(studyInstanceUid, seriesInstanceUid, sopInstanceUid);
    const found = await this.#gate.open(caller, aboutSearch(worded('instances', query)), async (scope) => {
      const instances = await scope.imaging.instances({
        studyInstanceUid,
        ...(seriesInstanceUid !== undefined && { seriesInstanceUid }),
        ...(sopInstanceUid !== undefined && { sopInstanceUid }),
      });
      return instances.map((instance) => instanceAnswer(instance, this.#root));
    });
    send(reply, query, page(found, query));
  }
}

interface SeriesPath {
  readonly study: string;
  readonly series: string;
}

function queryOf(request: FastifyRequest): QidoQuery {
  requireJson(request);
  const parsed = parseQido(new URL(request.url, 'http://localhost').searchParams);
  if (!parsed.ok) throw failure(400, parsed.error);
  return parsed.value;
}

/** For the audit: UIDs and paging, no value that a person could be known by. */
function worded(level: string, { limit, offset, studyInstanceUid }: QidoQuery): string {
  return `${level}?${studyInstanceUid === undefined ? '' : `StudyInstanceUID=${studyInstanceUid}&`}limit=${limit}&offset=${offset}`;
}

async function studiesOf(scope: AccessScope, query: QidoQuery): Promise<readonly StudyRecord[]> {
  const { studyInstanceUid, accession, modality, from, to, limit, offset } = query;
  if (limit === 0) return [];
  const matching = {
    ...(studyInstanceUid !== undefined && { studyInstanceUid }),
    ...(accession !== undefined && { accession }),
    ...(modality !== undefined && { modality }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
  const { items } = await scope.imaging.studies(matching, { count: offset + limit });
  return items.slice(offset);
}

function matches(query: QidoQuery, series: StudyRecord['series'][number]): boolean {
  const { seriesInstanceUid, modality } = query;
  return (seriesInstanceUid === undefined || seriesInstanceUid === series.seriesInstanceUid) && (modality === undefined || modality === series.modality);
}

function page<T>(found: readonly T[], { limit, offset }: QidoQuery): readonly T[] {
  return found.slice(offset, offset + limit);
}

function send(reply: FastifyReply, { ignored }: QidoQuery, found: readonly DicomJson[]): void {
  if (ignored.length > 0)
    void reply.header('warning', '299 concord "The following keys are not matched here and were ignored: ' + ignored.slice(0, 10).join(', ') + '"');
  void reply.code(200).type(DICOM_JSON).send(dicomJson(found));
}
