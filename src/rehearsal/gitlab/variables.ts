import type { Outgoing } from '../http-server.ts';
import { type ProjectCall, paginated, refuse, required, requireLevel } from './call.ts';
import type { VariableState } from './state.ts';

/** CI/CD variables of the project. */
export function listVariables(call: ProjectCall): Outgoing {
  requireLevel(call, 40);
  return paginated(call, call.project.variables.map(shown));
}

/** Creates a variable; key and environment scope together must be new. */
export function createVariable(call: ProjectCall): Outgoing {
  requireLevel(call, 40);
  const { params, project } = call;
  const key = String(required(params, 'key'));
  const value = String(required(params, 'value'));
  const scope = String(params.environment_scope ?? '*');
  if (!/^\w{1,255}$/.test(key)) throw refuse.fields({ key: ["can contain only letters, digits and '_'."] });
  if (project.variables.some((it) => it.key === key && it.environment_scope === scope)) {
    throw refuse.fields({ key: [`(${key}) has already been taken`] });
  }
  const masked = params.masked === true || params.masked_and_hidden === true;
  const variable: VariableState = {
    key,
    value,
    environment_scope: scope,
    protected: params.protected === true,
    masked,
    hidden: params.masked_and_hidden === true,
    raw: params.raw === true,
    variable_type: String(params.variable_type ?? 'env_var'),
    description: params.description === undefined ? null : String(params.description),
  };
  refuseUnmaskable(variable);
  project.variables.push(variable);
  return { status: 201, body: shown(variable) };
}

/** Deletes one variable; the scope must be named where several have the key. */
export function deleteVariable(call: ProjectCall, key: string): Outgoing {
  requireLevel(call, 40);
  const variable = find(call, key);
  call.project.variables = call.project.variables.filter((it) => it !== variable);
  return { status: 204 };
}

function find({ project, params }: ProjectCall, key: string): VariableState {
  const scope = (params.filter as { environment_scope?: string } | undefined)?.environment_scope;
  const found = project.variables.filter(
    (it) => it.key === key && (scope === undefined || it.environment_scope === scope),
  );
  if (found.length > 1) {
    throw refuse.conflict(
      "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'",
    );
  }
  if (!found[0]) throw refuse.notFound('Variable');
  return found[0];
}

function refuseUnmaskable({ masked, raw, value }: VariableState): void {
  const rule = raw ? /^\S{8,}$/ : /^[a-zA-Z0-9_+=/@:.~-]{8,}$/;
  if (masked && !rule.test(value)) throw refuse.fields({ value: ['is invalid'] });
}

function shown(variable: VariableState) {
  return variable.hidden ? { ...variable, value: null } : variable;
}
