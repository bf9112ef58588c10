import { defineConfig } from 'tsdown';
import { chunks, minifyChunks } from './bundling/chunks.ts';
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
  plugins: [minifyChunks(), thirdPartyLicences()],
  outputOptions: { comments: false, chunkFileNames: '[name].js', codeSplitting: { groups: chunks } },
  logLevel: 'error',
});
