/**
 * The part of a long table of cases that is run: all of them in CI (`CI=true`) or if asked for (`ALL=1`), otherwise
 * one in four, so that the tests stay quick on a laptop.
 */
export function sampleOf<T>(cases: T[]): T[] {
  const isWhole = process.env.CI === 'true' || process.env.ALL !== undefined;
  const sample = isWhole ? cases : cases.filter((_, at) => at % 4 === 0);
  if (!isWhole) console.log(`A sample: ${sample.length} of ${cases.length} cases; ALL=1 runs all of them.`);
  return sample;
}
