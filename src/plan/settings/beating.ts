import type { Facts } from '../../facts/index.ts';
import type { Goal } from '../../goal/index.ts';
import { fitsPattern } from '../../kernel/wildcard.ts';
import type { Variable } from '../../ports/gitlab-variables.ts';

/** Whose settings a variable is in. */
export type Holder = { of: 'project' } | { of: 'group'; path: string } | { of: 'instance' };

/** A variable in the settings of the project, of one of its groups, or of the whole instance. */
export interface SettingVariable extends Variable {
  holder: Holder;
}

/** Every variable that jobs of the project may get from settings, as far as they can be read. */
export function settingVariables({ gitlab }: Facts): SettingVariable[] {
  const held = (variables: Facts['gitlab']['variables'], holder: Holder) =>
    variables.known ? variables.value.map((it) => ({ ...it, holder })) : [];
  return [
    ...held(gitlab.variables, { of: 'project' }),
    ...gitlab.groupVariables.flatMap(({ path, variables }) => held(variables, { of: 'group', path })),
    ...held(gitlab.instanceVariables, { of: 'instance' }),
  ];
}

/** The variables with these keys that reach a publishing environment, as far as they can be read. */
export function beatingVariables(facts: Facts, goal: Goal, keys: readonly string[]): SettingVariable[] {
  return settingVariables(facts).filter((it) => keys.includes(it.key) && reachesPublishing(it, goal));
}

/** Whether a job in one of the publishing environments gets the variable. */
export function reachesPublishing({ environmentScope }: Variable, { indexes }: Goal): boolean {
  return indexes.some(({ environment }) => fitsPattern(environment, environmentScope));
}
