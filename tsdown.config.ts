import { defineConfig } from 'tsdown';

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
  logLevel: 'warn',
});
