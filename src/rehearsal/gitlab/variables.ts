import type { Outgoing } from '../http-server.ts';
import {
  type Call,
  type Params,
  type ProjectCall,
  paginated,
  refuse,
  required,
  requireLevel,
} from './call.ts';
import type { GitLabState, VariableState } from './state.ts';

/** CI/CD variables of the project. */
export function listVariables(call: ProjectCall): Outgoing {
  requireLevel(call, 40);
  return paginated(
    call,
    call.project.variables.map((it) => shownVariable(call, it)),
  );
}

/** One variable; the scope is required if several share the key. */
export function showVariable(call: ProjectCall, key: string): Outgoing {
  requireLevel(call, 40);
  return { status: 200, body: shownVariable(call, find(call, key)) };
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
  const knows = knownBy(call.state);
  const hidden = knows('hidden') && params.masked_and_hidden === true;
  const variable: VariableState = {
    key,
    value,
    environment_scope: scope,
    protected: params.protected === true,
    masked: hidden || (knows('masked') && params.masked === true),
    hidden,
    raw: knows('raw') && params.raw === true,
    variable_type: String(params.variable_type ?? 'env_var'),
    description: params.description === undefined ? null : String(params.description),
  };
  refuseUnmaskable(variable);
  project.variables.push(variable);
  return { status: 201, body: shownVariable(call, variable) };
}

const changeable = ['value', 'protected', 'masked', 'raw', 'variable_type', 'environment_scope'] as const;

/** Changes one variable; only new ones can be hidden, and a hidden one stays masked. */
export function updateVariable(call: ProjectCall, key: string): Outgoing {
  requireLevel(call, 40);
  const variable = find(call, key);
  const changed = { ...variable, ...changesIn(call.params) };
  const others = call.project.variables.filter((it) => it !== variable);
  if (others.some((it) => it.key === key && it.environment_scope === changed.environment_scope))
    throw refuse.fields({ key: [`(${key}) has already been taken`] });
  refuseUnmaskable(changed);
  Object.assign(variable, changed, variable.hidden ? { masked: true } : {});
  return { status: 200, body: shownVariable(call, variable) };
}

function changesIn(params: Params): Partial<VariableState> {
  return Object.fromEntries(
    changeable.filter((name) => params[name] !== undefined).map((name) => [name, params[name]]),
  );
}

/** Deletes one variable; the scope is required if several share the key. */
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

const knownBy =
  ({ unknown_variable_fields: unknown = [] }: GitLabState) =>
  (field: 'masked' | 'hidden' | 'raw') =>
    !unknown.includes(field);

/** A variable in a response: without what an old server does not know, and without a hidden value. */
export function shownVariable({ state }: Call, variable: VariableState) {
  const body: Partial<VariableState> = { ...variable };
  for (const field of state.unknown_variable_fields ?? []) delete body[field];
  return variable.hidden ? { ...body, value: null } : body;
}
