import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/pictures/*.picture.ts'],
    testTimeout: 120_000,
    reporters: [['default', { summary: false }]],
  },
});
