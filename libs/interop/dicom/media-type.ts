/** A media type with its parameters. RFC 9110 8.3.1. */
export interface MediaType {
  /** Lower case, for example `multipart/related`. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const LONGEST = 2_048;

/** @returns undefined when the text is no media type. */
export function parseMediaType(text: string): MediaType | undefined {
  if (text.length > LONGEST) return undefined;
  const [, type, rest] = /^\s*([\w!#$&^.+*-]+\/[\w!#$&^.+*-]+)\s*(;.*)?$/.exec(text) ?? [];
  if (type === undefined) return undefined;
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, plain] of (rest ?? '').matchAll(/;\s*([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s;"]*))/g)) {
    parameters.set(name.toLowerCase(), quoted ?? plain ?? '');
  }
  return { type: type.toLowerCase(), parameters };
}

/** The alternatives of an Accept header, best first; empty text accepts anything. Commas inside quotes do not part. */
export function parseAccept(text: string | undefined): readonly MediaType[] {
  const parts = (text === undefined || text.trim() === '' ? '*/*' : text).slice(0, LONGEST).match(/(?:"[^"]*"|[^,])+/g) ?? [];
  return parts
    .flatMap((part) => parseMediaType(part) ?? [])
    .map((media) => ({ media, quality: Number(media.parameters.get('q') ?? 1) }))
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ media }) => media);
}
