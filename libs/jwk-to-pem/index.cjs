// What keycloak-connect asks of the package of this name; the runtime has it since Node 15, and elliptic (CVE-2025-14505) stays out.
const { createPublicKey } = require('node:crypto');

module.exports = (jwk) => createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
