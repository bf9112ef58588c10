import { defineConfig } from 'tsdown';
import { thirdPartyLicences } from './third-party-licences.ts';

export default defineConfig({
  entry: { main: 'src/main.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outDir: 'dist',
  minify: true,
  sourcemap: false,
  dts: false,
  fixedExtension: false,
  // Everything is bundled, so that npx fetches one package.
  deps: { alwaysBundle: [/.*/], onlyBundle: false },
  plugins: [thirdPartyLicences()],
  logLevel: 'error',
});
