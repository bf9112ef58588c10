/**
 * Bundles `src` into `dist` as tsdown.config.ts says. By the API: on Node.js 20, which this program supports, the
 * command begins with a warning about the version, and `npm run demo` with it.
 */
import { build } from 'tsdown';

await build({ logLevel: 'error' });
