import type { Outgoing } from '../http-server.ts';
import { changeRows, newRow, type RowParams, withApprovals } from './access-rows.ts';
import { type ProjectCall, paginated, refuse, required, requireLevel } from './call.ts';
import type { AccessRow, ProtectedEnvironmentState } from './state.ts';

const levels = [30, 40, 60];
const tooShort = 'Deploy access levels is too short (minimum is 1 character)';

/** The endpoints exist without a licence too, but have no effect; Community Edition lacks them. */
function requireRoute(call: ProjectCall): void {
  if (call.state.edition === 'ce') throw refuse.noRoute();
  requireLevel(call, 40, 'admin_protected_environments');
}

/** Every protected environment of the project. */
export function listProtectedEnvironments(call: ProjectCall): Outgoing {
  requireRoute(call);
  return paginated(call, call.project.protected_environments.map(shownProtection));
}

/** One by its name. */
export function showProtectedEnvironment(call: ProjectCall, name: string): Outgoing {
  requireRoute(call);
  return { status: 200, body: shownProtection(find(call, name)) };
}

/** Protects an environment, which need not exist. */
export function protectEnvironment(call: ProjectCall): Outgoing {
  requireRoute(call);
  const name = String(required(call.params, 'name'));
  const rows = required(call.params, 'deploy_access_levels') as RowParams[];
  refuseCount(call);
  if (call.project.protected_environments.some((it) => it.name === name)) {
    throw refuse.conflict(`Environment '${name}' is already protected`);
  }
  const deploy_access_levels = made(call, rows);
  if (deploy_access_levels.length === 0) throw refuse.sentences([tooShort]);
  const rules = (call.params.approval_rules ?? []) as RowParams[];
  const approval_rules = rules.flatMap((rule) => made(call, [rule]).map((row) => withApprovals(row, rule)));
  const environment = { name, deploy_access_levels, approval_rules };
  call.project.protected_environments.push(environment);
  return { status: 201, body: shownProtection(environment) };
}

/** Adds, changes and removes rows; never replaces everything. */
export function updateProtectedEnvironment(call: ProjectCall, name: string): Outgoing {
  requireRoute(call);
  const environment = find(call, name);
  refuseCount(call);
  const { deploy_access_levels = [], approval_rules = [] } = call.params as Record<string, RowParams[]>;
  for (const rule of approval_rules) requirePerson(rule);
  const deploy = changeRows(call, environment.deploy_access_levels, deploy_access_levels, levels);
  if (deploy.length === 0) throw refuse.sentences([tooShort]);
  environment.approval_rules = changeRows(call, environment.approval_rules, approval_rules, levels, true);
  environment.deploy_access_levels = deploy;
  return { status: 200, body: shownProtection(environment) };
}

/** Takes the protection away. */
export function unprotectEnvironment(call: ProjectCall, name: string): Outgoing {
  requireRoute(call);
  const environment = find(call, name);
  call.project.protected_environments = call.project.protected_environments.filter(
    (it) => it !== environment,
  );
  return { status: 204 };
}

function made(call: ProjectCall, rows: RowParams[]): AccessRow[] {
  return rows.flatMap((row) => newRow(call, row, levels) ?? []);
}

function find({ project }: ProjectCall, name: string): ProtectedEnvironmentState {
  const environment = project.protected_environments.find((it) => it.name === decodeURIComponent(name));
  if (!environment) throw refuse.noRecord();
  return environment;
}

/** Older servers require a row's person even to remove it. */
function requirePerson({ access_level, user_id, group_id }: RowParams): void {
  if (access_level === undefined && user_id === undefined && group_id === undefined) {
    throw refuse.parameter(
      'approval_rules[0][access_level], approval_rules[0][user_id], approval_rules[0][group_id] are missing, at least one parameter must be provided',
    );
  }
}

function refuseCount({ params }: ProjectCall): void {
  if (Number(params.required_approval_count ?? 0) === 0) return;
  throw refuse.sentences([
    "Parameter 'required_approval_count' is deprecated and shouldn't be used. See https://gitlab.com/groups/gitlab-org/-/epics/9662",
  ]);
}

/** A protection in a response. */
export function shownProtection({ name, deploy_access_levels, approval_rules }: ProtectedEnvironmentState) {
  const row = ({ required_approvals: _, ...rest }: AccessRow) => ({ ...rest, group_inheritance_type: 0 });
  return {
    name,
    deploy_access_levels: deploy_access_levels.map(row),
    required_approval_count: 0,
    approval_rules: approval_rules.map((rule) => ({
      ...row(rule),
      required_approvals: rule.required_approvals ?? 1,
    })),
  };
}
