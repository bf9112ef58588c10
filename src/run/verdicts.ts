import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import { withLint } from '../plan/settings/pipeline.ts';
import type { Looked } from './look.ts';
import { readPublished } from './published.ts';

/** The third and last round of requests: what can be asked only once the goal is known, all at once. */
export async function withVerdicts(looked: Looked, goal: Goal): Promise<Facts> {
  const [facts, published] = await Promise.all([
    withLint(looked.facts, goal, looked.gitlab),
    readPublished(looked.facts, goal, looked),
  ]);
  return { ...facts, published };
}
