import { defineConfig } from 'vitest/config';

/** Run by hand, with uv and twine on the PATH: npx vitest run --config test/publishing-logs/vitest.config.ts */
export default defineConfig({
  test: { include: ['test/publishing-logs/*.record.ts'], testTimeout: 300_000, maxConcurrency: 1 },
});
