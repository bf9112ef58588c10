import type { Goal } from '../../goal/index.ts';
import { isWish } from '../../kernel/source.ts';
import { environment } from './environment.ts';
import { identity } from './identity.ts';
import { leftoverCredentials } from './leftover-credentials.ts';
import { pipeline } from './pipeline.ts';
import { protectedBranch } from './protected-branch.ts';
import { protectedEnvironment } from './protected-environment.ts';
import { protectedTags } from './protected-tags.ts';
import { publisher } from './publisher.ts';
import { pyproject } from './pyproject.ts';
import { selfApproval } from './self-approval.ts';
import type { Setting } from './setting.ts';
import { variable } from './variable.ts';

/**
 * Everything that must hold, in the order of repair: lock down GitLab before the files make it publish; the indexes
 * trust it last.
 */
export function settingsFor(goal: Goal): Setting[] {
  const releaseFirst = [...goal.indexes].reverse();
  const byToken = goal.route.value === 'token';
  return [
    ...(byToken ? [] : [identity]),
    ...releaseFirst.map(environment),
    ...(goal.route.value === 'protected' ? protection(goal) : []),
    protectedTags,
    protectedBranch,
    ...(byToken ? releaseFirst.map((index) => variable(index, goal)) : []),
    leftoverCredentials(goal),
    pipeline,
    pyproject,
    ...(byToken ? [] : releaseFirst.map(publisher)),
  ];
}

function protection(goal: Goal): Setting[] {
  return isWish(goal.selfApproval) ? [selfApproval, protectedEnvironment] : [protectedEnvironment];
}
