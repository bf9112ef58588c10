import type { VariableState } from '../../src/rehearsal/gitlab/state.ts';

/** A CI/CD variable as GitLab makes one where nothing but its key and value is said. */
export function variableState(
  change: Partial<VariableState> & Pick<VariableState, 'key' | 'value'>,
): VariableState {
  return {
    environment_scope: '*',
    protected: false,
    masked: false,
    hidden: false,
    raw: false,
    variable_type: 'env_var',
    description: null,
    ...change,
  };
}
