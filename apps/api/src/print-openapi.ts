import { openApi } from '@concord/contracts';

/** What `npm run generate` writes to docs/api/openapi.json. */
process.stdout.write(JSON.stringify(openApi()));
