import { defineConfig } from 'vitest/config';

/** Run by hand: CASES=/folder/of/cases RESULTS=/folder npx vitest run --config test/cases/vitest.config.ts */
export default defineConfig({
  test: {
    include: ['test/cases/*.report.ts'],
    globalSetup: './test/support/temporary-folder.ts',
    testTimeout: 300_000,
    maxConcurrency: 2,
    reporters: [['default', { summary: false }]],
  },
});
