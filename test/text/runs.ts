/** The same documents in every run, so that a failure is always due to a change. */
const usualSeed = 1;

/**
 * How many runs, on which documents: `RUNS=20 SEED=$RANDOM npx vitest run test/text` tries twenty times as many, and
 * different ones.
 */
export function runs(usual: number): { numRuns: number; seed: number } {
  const { RUNS = '1', SEED = usualSeed } = process.env;
  return { numRuns: usual * Number(RUNS), seed: Number(SEED) };
}
