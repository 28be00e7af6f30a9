// CycloneDX 1.6 bill of materials from the lock file: what is installed, with its hash and licence. Same lock file, same bytes.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @returns {string} the document, ready to be written */
export function sbom(root) {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const { name, version, packages } = JSON.parse(text);
  const components = Object.entries(packages)
    .filter(([path, entry]) => path.includes('node_modules/') && entry.link !== true && entry.version !== undefined)
    .map(([path, entry]) => component(path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length), entry));
  const unique = [...new Map(components.map((one) => [one['bom-ref'], one])).values()].sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1));
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(text)}`,
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': `${name}@${version}`, name, version, licenses: [{ license: { id: 'Apache-2.0' } }] } },
    components: unique,
  };
  return `${JSON.stringify(document, undefined, 1)}\n`;
}

function component(name, { version, integrity, license, dev, optional }) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const [algorithm, base64] = (integrity ?? '').split('-');
  const hashes = algorithm === 'sha512' ? [{ alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') }] : [];
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    scope: dev === true || optional === true ? 'optional' : 'required',
    ...(hashes.length === 0 ? {} : { hashes }),
    ...(typeof license === 'string' ? { licenses: [license.includes(' ') ? { expression: license } : { license: { id: license } }] } : {}),
    purl,
  };
}

/** Follows from the lock file, so that an unchanged one changes nothing. */
function uuidOf(text) {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
