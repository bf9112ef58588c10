import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Most of the time is spent in other programs, so give every core a test file.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    globalSetup: './test/support/temporary-folder.ts',
    // Long enough for a slow, busy machine.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: ['default', './test/support/closing-line.ts'],
  },
});
