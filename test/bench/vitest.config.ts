import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/bench/*.bench.ts'],
    testTimeout: 900_000,
    // The table is to be taken as it is.
    disableConsoleIntercept: true,
    reporters: [['default', { summary: false }]],
  },
});
