import type { Facts } from '../../facts/index.ts';
import { refusesUploads } from '../../facts/package-index.ts';
import type { IndexGoal } from '../../goal/index.ts';
import { type Finding, unfixable } from '../finding.ts';

/**
 * The finding for a project to which the index refuses every upload, whatever it is done with; undefined for one that takes
 * them. Only its owners, or those who run the index, can change that.
 */
export function closedProject(facts: Facts, { id, title, url }: IndexGoal): Finding | undefined {
  const { status } = facts.indexes[id];
  if (!refusesUploads(status)) return undefined;
  const name = facts.python.packageName.value;
  return unfixable('blocked', `${name} is ${status} on ${title}, so every upload would be refused (403).`, {
    differences: [{ field: { of: 'project status' }, current: status, wanted: 'active' }],
    manual:
      status === 'archived'
        ? `An Owner can unarchive it at ${url}/manage/project/${name}/settings/.`
        : `Only those who run the index can lift a quarantine: ask them, as ${url}/security/ says, before you release anything.`,
  });
}
