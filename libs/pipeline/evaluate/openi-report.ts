const ABSTRACT = /<AbstractText\s+Label="([A-Z]+)"\s*>([\s\S]*?)<\/AbstractText>/g;
const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' };

/** An OpenI file as the report that a door would receive: its four parts under their headings. */
export function openiText(xml: string): string {
  return [...xml.matchAll(ABSTRACT)].map(([, label = '', body = '']) => `${label}: ${unescaped(body).trim()}`).join('\n\n');
}

function unescaped(text: string): string {
  return text
    .replace(/&#(\d{1,6});/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}
