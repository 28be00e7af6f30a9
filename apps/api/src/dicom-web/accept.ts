import type { FastifyRequest } from 'fastify';
import { isUid, parseAccept } from '@concord/interop/dicom';
import { failure } from '../edge/failure.ts';

export const DICOM_JSON = 'application/dicom+json';

/** As bytes: the type has no charset parameter, and a text would be given one. */
export function dicomJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** @throws Failure 406 when the caller wants no JSON. */
export function requireJson(request: FastifyRequest): void {
  const wanted = parseAccept(request.headers.accept);
  if (!wanted.some(({ type }) => [DICOM_JSON, 'application/json', 'application/*', '*/*'].includes(type))) throw failure(406, `This answers ${DICOM_JSON}.`);
}

/** @throws Failure 406 when the caller wants no PNG. */
export function requirePng(request: FastifyRequest): void {
  const wanted = parseAccept(request.headers.accept);
  if (!wanted.some(({ type }) => ['image/png', 'image/*', '*/*'].includes(type))) throw failure(406, 'This answers image/png.');
}

/** How stored files go out: each as a part, or the one file alone. */
export interface RetrieveForm {
  readonly kind: 'multipart' | 'single';
  /** Only this transfer syntax will do; any when absent, and files go out as they were stored. */
  readonly transferSyntax?: string;
}

/** @throws Failure 406 when neither form is wanted. */
export function retrieveForm(request: FastifyRequest): RetrieveForm {
  for (const { type, parameters } of parseAccept(request.headers.accept)) {
    const syntax = parameters.get('transfer-syntax');
    const only = syntax === undefined || syntax === '*' ? {} : { transferSyntax: syntax };
    if (type === 'application/dicom') return { kind: 'single', ...only };
    const inner = parameters.get('type') ?? 'application/dicom';
    if (type === '*/*' || (type === 'multipart/related' && ['application/dicom', '*/*'].includes(inner))) return { kind: 'multipart', ...only };
  }
  throw failure(406, 'This answers multipart/related; type="application/dicom", or application/dicom for one instance.');
}

/** @throws Failure 400 when a part of the address is no UID. */
export function requireUids(...uids: readonly (string | undefined)[]): void {
  if (uids.some((uid) => uid !== undefined && !isUid(uid))) throw failure(400, 'The address holds something other than a UID.');
}
