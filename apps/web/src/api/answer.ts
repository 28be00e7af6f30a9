/** What came back, as the screens tell it apart. Denied and absent are one. */
export type Answer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'signed-out' }
  | { readonly kind: 'nothing' }
  /** `reference` is the request id that finds it in the log. */
  | { readonly kind: 'failed'; readonly reference: string | null };

export interface Schema<T> {
  readonly safeParse: (value: unknown) => { readonly success: true; readonly data: T } | { readonly success: false };
}

/** Reads an answer once, at the door; what does not fit the contract is a failure, never half a page. */
export async function readAnswer<T>(response: Response, schema: Schema<T>): Promise<Answer<T>> {
  const refused = refusalOf(response);
  if (refused !== undefined) return refused;
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = schema.safeParse(body);
  return parsed.success ? { kind: 'ok', value: parsed.data } : { kind: 'failed', reference: response.headers.get('x-request-id') };
}

export async function readText(response: Response): Promise<Answer<string>> {
  return refusalOf(response) ?? { kind: 'ok', value: await response.text() };
}

function refusalOf(response: Response): Exclude<Answer<never>, { readonly kind: 'ok' }> | undefined {
  if (response.status === 401) return { kind: 'signed-out' };
  if (response.status === 403 || response.status === 404) return { kind: 'nothing' };
  return response.ok ? undefined : { kind: 'failed', reference: response.headers.get('x-request-id') };
}

/** The part of a request id that people read to each other: its first eight characters. */
export function shortReference(reference: string | null): string | null {
  return reference === null ? null : reference.slice(0, 8);
}
