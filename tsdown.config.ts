import { defineConfig } from 'tsdown';
import { chunks, minifyChunks } from './bundling/chunks.ts';
import { rateLimiters } from './bundling/rate-limiters.ts';
import { thirdPartyLicences } from './bundling/third-party-licences.ts';

export default defineConfig({
  entry: { main: 'src/main.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outDir: 'dist',
  sourcemap: false,
  dts: false,
  fixedExtension: false,
  // Bundle everything, so that npx fetches a single package.
  deps: { alwaysBundle: [/.*/], onlyBundle: false },
  // The same resources, of which the bundler then keeps those in use: with our own requester, nothing else of `rest` is needed.
  alias: { '@gitbeaker/rest': '@gitbeaker/core' },
  plugins: [rateLimiters(), minifyChunks(), thirdPartyLicences()],
  outputOptions: { comments: false, chunkFileNames: '[name].js', codeSplitting: { groups: chunks } },
  logLevel: 'error',
});
