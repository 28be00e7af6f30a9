import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { RSA_BITS_MIN } from '@concord/core/ports';
import type { TlsFiles } from '../config.ts';

/** For TLS 1.2 only suites with forward secrecy and authenticated encryption; those of 1.3 all have both (RFC 9325). */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');

/**
 * What the edge's own TLS accepts.
 * @throws when a file cannot be read (the start ends with its name), or when the certificate's key is weak.
 */
export function tlsOptions({ certFile, keyFile, minVersion }: TlsFiles): ServerOptions {
  const cert = readFileSync(certFile);
  const { modulusLength } = new X509Certificate(cert).publicKey.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined && modulusLength < RSA_BITS_MIN)
    throw new Error(
      `${certFile}: an RSA key of ${String(modulusLength)} bits is too short. Ask for a certificate with a P-256 key, or RSA of ${String(RSA_BITS_MIN)} bits.`,
    );
  return {
    cert,
    key: readFileSync(keyFile),
    minVersion: minVersion === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
    ciphers: CIPHERS,
    ecdhCurve: 'X25519:P-256:P-384',
    honorCipherOrder: true,
    handshakeTimeout: 10_000,
  };
}
