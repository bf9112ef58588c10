import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/pictures/*.picture.ts'],
    globalSetup: './test/support/temporary-folder.ts',
    testTimeout: 120_000,
    reporters: [['default', { summary: false }]],
  },
});
