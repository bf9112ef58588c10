/** The same documents in every run, so that a change is what makes a test fail. */
const usualSeed = 1;

/**
 * How often a property is tried, and on which documents: `RUNS=20 SEED=$RANDOM npx vitest run test/editing` tries
 * twenty times as many, and others.
 */
export function runs(usual: number): { numRuns: number; seed: number } {
  const { RUNS = '1', SEED = usualSeed } = process.env;
  return { numRuns: usual * Number(RUNS), seed: Number(SEED) };
}
