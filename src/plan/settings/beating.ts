import type { Facts } from '../../facts/index.ts';
import type { Goal } from '../../goal/index.ts';
import { fitsPattern } from '../../kernel/wildcard.ts';
import type { Variable } from '../../ports/gitlab-variables.ts';

/** A variable in the settings of the project or one of its groups. */
export interface Beating extends Variable {
  /** Full path of the group; undefined for the project itself. */
  group: string | undefined;
}

/** The variables with these keys that reach an environment, as far as they can be read. */
export function beatingVariables({ gitlab }: Facts, goal: Goal, keys: readonly string[]): Beating[] {
  const environments = goal.indexes.map(({ environment }) => environment);
  const groups = gitlab.groupVariables.flatMap(({ path, variables }) =>
    variables.known ? variables.value.map((it) => ({ ...it, group: path })) : [],
  );
  const own = gitlab.variables.known ? gitlab.variables.value : [];
  return [...own.map((it) => ({ ...it, group: undefined })), ...groups].filter(
    ({ key, environmentScope }) =>
      keys.includes(key) && environments.some((name) => fitsPattern(name, environmentScope)),
  );
}
