import type { Facts } from './facts/index.ts';
import { readPublished } from './facts/published.ts';
import type { Goal } from './goal/index.ts';
import type { Looked } from './look.ts';
import { withLint } from './settings/pipeline.ts';

/** The third and last round of requests: what can be asked only once the goal is known, all at once. */
export async function withVerdicts(looked: Looked, goal: Goal): Promise<Facts> {
  const [facts, published] = await Promise.all([
    withLint(looked.facts, goal, looked.gitlab),
    readPublished(looked.facts, goal, looked),
  ]);
  return { ...facts, published };
}
