import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Most of the time goes into other programs, so that every core may have a file of tests.
    maxWorkers: '100%',
    globalSetup: './test/support/temporary-folder.ts',
    // Long enough for a slow machine that does everything else at the same time.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    reporters: ['default', './test/support/closing-line.ts'],
  },
});
