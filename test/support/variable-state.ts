import type { VariableState } from '../../src/rehearsal/gitlab/state.ts';

/** A CI/CD variable as GitLab creates it if given only a key and value. */
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
