import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/bench/*.bench.ts'],
    testTimeout: 900_000,
    globalSetup: './test/support/temporary-folder.ts',
    // Print the table as is.
    disableConsoleIntercept: true,
    reporters: [['default', { summary: false }]],
  },
});
