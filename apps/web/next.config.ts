import type { NextConfig } from 'next';

/** Said with every answer; the content security policy comes from proxy.ts, because it holds a nonce. */
const HEADERS = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'same-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=(), payment=()' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
];

const config: NextConfig = {
  poweredByHeader: false,
  // The edge stands on the same machine; compressing between the two would cost and save nothing.
  compress: false,
  reactStrictMode: true,
  headers: () => Promise.resolve([{ source: '/:path*', headers: HEADERS }]),
};

export default config;
