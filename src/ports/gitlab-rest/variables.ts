import { GroupVariables, InstanceLevelCICDVariables, ProjectVariables } from '@gitbeaker/rest';
import type { CiVariables, Variable, VariableChange, VariableName } from '../gitlab-variables.ts';
import type { Row } from './read.ts';
import type { Session } from './session.ts';

/**
 * CI/CD variables: https://docs.gitlab.com/api/project_level_variables/, https://docs.gitlab.com/api/group_level_variables/,
 * https://docs.gitlab.com/api/instance_level_ci_variables/
 */
export function variablesPart({ options, raw, pages, row }: Session): CiVariables {
  const ofProject = new ProjectVariables(options);
  const ofGroup = new GroupVariables(options);
  const ofInstance = new InstanceLevelCICDVariables(options);
  return {
    variables: (id) => pages((page) => ofProject.all(id, page as never), readVariable),
    groupVariables: (path) => pages((page) => ofGroup.all(path, page as never), readVariable),
    instanceVariables: () => pages((page) => ofInstance.all(page as never), readVariable),
    createVariable: async (id, { key, value, environmentScope, description }) => {
      const body = {
        key,
        value,
        environment_scope: environmentScope,
        description,
        protected: true,
        // A server that does not know `masked_and_hidden` drops it, and must not leave the value visible.
        masked: true,
        masked_and_hidden: true,
        raw: true,
        variable_type: 'env_var',
      };
      return readVariable(row((await raw.post(`projects/${id}/variables`, { body })).body));
    },
    updateVariable: async (id, which, change) => {
      await raw.put(pathOf(id, which), { body: { ...bodyOf(change), ...filterOf(which) } });
    },
    deleteVariable: async (id, which) => {
      // In the query, because a proxy may drop the body of a DELETE.
      await raw.delete(pathOf(id, which), { searchParams: filterOf(which) });
    },
  };
}

const pathOf = (id: number, { key }: VariableName) => `projects/${id}/variables/${encodeURIComponent(key)}`;

/** Without it GitLab takes the only variable with that key, whatever its scope. */
const filterOf = ({ environmentScope }: VariableName) => ({
  filter: { environment_scope: environmentScope },
});

function bodyOf({ value, protected: isProtected, masked, raw, type, environmentScope }: VariableChange) {
  const fields = {
    value,
    protected: isProtected,
    masked,
    raw,
    variable_type: type,
    environment_scope: environmentScope,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== undefined));
}

/** A CI/CD variable without its value. */
function readVariable(row: Row): Variable {
  const flag = (name: string) => (typeof row[name] === 'boolean' ? row[name] : undefined);
  return {
    key: String(row.key ?? ''),
    environmentScope: String(row.environment_scope || '*'),
    protected: row.protected === true,
    masked: row.masked === true,
    hidden: flag('hidden'),
    raw: flag('raw'),
    type: row.variable_type === 'file' ? 'file' : 'env_var',
  };
}
