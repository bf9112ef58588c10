/** How often a property is tried: `RUNS=100 npx vitest run test/editing` tries it a hundred times as often. */
export function runs(usual: number): { numRuns: number; seed?: number } {
  const { RUNS = '1', SEED } = process.env;
  return { numRuns: usual * Number(RUNS), ...(SEED === undefined ? {} : { seed: Number(SEED) }) };
}
