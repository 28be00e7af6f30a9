/** Where the API answers on this machine. The dashboard has no other setting and no secret. */
export function apiUrl(): URL {
  const url = process.env['CONCORD_API_URL'];
  if (!url) throw new Error('Setting CONCORD_API_URL: missing, the dashboard does not know where the API is');
  return new URL(url);
}
