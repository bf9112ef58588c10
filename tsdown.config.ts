import { defineConfig } from 'tsdown';
import { chunks, minifyPackages } from './bundling/chunks.ts';
import { leaveOutWhatNeverRuns } from './bundling/stand-ins.ts';
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
  // Everything is bundled, so that npx fetches one package.
  deps: { alwaysBundle: [/.*/], onlyBundle: false },
  // gitbeaker looks whether a body is a form, which none is; to name forms loads all of fetch, for 12 ms and 6 MB.
  define: { FormData: 'Blob' },
  plugins: [leaveOutWhatNeverRuns(), minifyPackages(), thirdPartyLicences()],
  outputOptions: { comments: false, chunkFileNames: '[name].js', codeSplitting: { groups: chunks } },
  logLevel: 'error',
});
