import type { Facts } from '../facts/index.ts';
import type { Delivery } from '../kernel/route.ts';
import { fromGitLab, type Sourced } from '../kernel/source.ts';
import type { Wishes } from './wishes.ts';

/**
 * How edits of files reach the project: the user's choice, else the way of an earlier run whose merge request is open,
 * or merged and not pulled yet, else the work tree, unless the user could not push from there.
 */
export function chooseDelivery(
  { gitlab, isPulled }: Pick<Facts, 'gitlab' | 'isPulled'>,
  wishes: Pick<Wishes, 'deliver'>,
): Sourced<Delivery> {
  if (wishes.deliver) return wishes.deliver;
  const [last] = gitlab.mergeRequests.known ? gitlab.mergeRequests.value : [];
  const isUnderWay = last !== undefined && last.state !== 'closed' && !(last.state === 'merged' && isPulled);
  if (isUnderWay)
    return { value: 'merge-request', source: fromGitLab({ kind: 'merge request', iid: last.iid }) };
  if (mayNotPush({ gitlab })) return { value: 'merge-request', source: { by: 'recommended' } };
  return { value: 'working-tree', source: { by: 'default' } };
}

/** Whether the token's user is known not to be able to push to the default branch. */
export function mayNotPush({ gitlab: { defaultBranch } }: Pick<Facts, 'gitlab'>): boolean {
  return defaultBranch.known && defaultBranch.value?.mayPush === false;
}
