import type { Facts } from '../../facts/index.ts';
import { refusesUploads } from '../../facts/package-index.ts';
import type { IndexGoal } from '../../goal/index.ts';
import { type Finding, unfixable } from '../finding.ts';

/**
 * The finding for a project whose uploads the index rejects, whatever the credential; undefined if it accepts them.
 * Only the project's owners, or the index's admins, can change that.
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
