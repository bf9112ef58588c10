import type { Facts } from '../../facts/index.ts';
import type { Goal } from '../../goal/index.ts';
import { isDeclared, isWish } from '../../kernel/source.ts';
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
import type { Setting, Situation } from './setting.ts';
import { variable } from './variable.ts';

/**
 * Everything that must hold, in the order of repair: lock down GitLab before the files make it publish; the indexes
 * trust it last.
 */
export function settingsFor({ goal, facts }: Pick<Situation, 'goal' | 'facts'>): Setting[] {
  const releaseFirst = [...goal.indexes].reverse();
  const byToken = goal.route.value === 'token';
  return [
    ...(byToken ? [] : [identity]),
    ...releaseFirst.map(environment),
    ...(goal.route.value === 'protected' ? protection(goal, facts) : []),
    protectedTags,
    protectedBranch,
    ...(byToken ? releaseFirst.map((index) => variable(index, goal)) : []),
    leftoverCredentials(goal),
    pipeline,
    pyproject,
    ...(byToken ? [] : releaseFirst.map(publisher)),
  ];
}

/** Self-approval is a setting of the whole project, so only a choice about it makes it one of ours. */
function protection({ selfApproval: choice }: Goal, { gitlab }: Facts): Setting[] {
  const isAllowed = gitlab.project.triggererMayApprove === true;
  const isOurs = isWish(choice) || (isDeclared(choice) && choice.value !== isAllowed);
  return isOurs ? [selfApproval, protectedEnvironment] : [protectedEnvironment];
}
