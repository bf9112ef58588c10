import type { Outgoing } from '../http-server.ts';
import { type ProjectCall, paginated, refuse, requireLevel } from './call.ts';
import type { MemberState, ProjectState } from './state.ts';
import { knows } from './versions.ts';

/** Whether paid features are enforced on a project. */
export function isLicensed({ state, project }: Pick<ProjectCall, 'state' | 'project'>): boolean {
  return state.edition === 'ee' && project.plan === 'premium';
}

/** A project as the sender may see it: some attributes are for Maintainers only, one exists only with a licence. */
export function showProject(call: ProjectCall): Outgoing {
  return { status: 200, body: { ...shownProject(call), permissions: permissionsOf(call) } };
}

function permissionsOf({ level }: ProjectCall) {
  const access = level > 0 && level < 60 ? { access_level: level, notification_level: 3 } : null;
  return { project_access: access, group_access: null };
}

function shownProject(call: ProjectCall) {
  const { project, level, base } = call;
  const [path = ''] = project.path_with_namespace.split('/').slice(-1);
  const namespace = project.path_with_namespace.slice(0, -path.length - 1);
  return {
    id: project.id,
    path,
    path_with_namespace: project.path_with_namespace,
    name: path,
    web_url: `${base}/${project.path_with_namespace}`,
    default_branch: project.default_branch,
    visibility: project.visibility,
    archived: project.archived,
    empty_repo: project.default_branch === null,
    namespace: {
      id: 7,
      name: namespace,
      path: namespace,
      kind: project.namespace_kind,
      full_path: namespace,
      parent_id: null,
    },
    jobs_enabled: project.builds_access_level !== 'disabled',
    builds_access_level: project.builds_access_level,
    environments_access_level: project.environments_access_level,
    repository_access_level: project.repository_access_level,
    ci_config_path: project.ci_config_path,
    shared_with_groups: project.shared_with_groups,
    ...(level >= 40
      ? {
          ...(knows(call.state, [17, 10])
            ? { ci_id_token_sub_claim_components: project.ci_id_token_sub_claim_components }
            : {}),
          ci_allow_fork_pipelines_to_run_in_parent_project:
            project.ci_allow_fork_pipelines_to_run_in_parent_project ?? true,
          restrict_user_defined_variables: project.restrict_user_defined_variables ?? true,
          ...(knows(call.state, [17, 1])
            ? {
                ci_pipeline_variables_minimum_override_role:
                  project.ci_pipeline_variables_minimum_override_role ?? 'no_one_allowed',
              }
            : {}),
          runners_token: 'GR-secret',
        }
      : {}),
    ...(isLicensed(call) && knows(call.state, [15, 8])
      ? { allow_pipeline_trigger_approve_deployment: project.allow_pipeline_trigger_approve_deployment }
      : {}),
  };
}

const settable = [
  'ci_config_path',
  'builds_access_level',
  'environments_access_level',
  'ci_id_token_sub_claim_components',
  'ci_pipeline_variables_minimum_override_role',
  'restrict_user_defined_variables',
] as const;

/** Changes settings; silently drops unknown ones, and paid ones without a licence. The response has no permissions. */
export function updateProject(call: ProjectCall): Outgoing {
  requireLevel(call, 40);
  const names = [
    ...settable,
    ...(isLicensed(call) ? (['allow_pipeline_trigger_approve_deployment'] as const) : []),
  ];
  for (const name of names) {
    if (call.params[name] !== undefined) Object.assign(call.project, { [name]: call.params[name] });
  }
  return { status: 200, body: shownProject(call) };
}

/** Members, direct and inherited: the rehearsal has only one list. */
export function listMembers(call: ProjectCall): Outgoing {
  return paginated(
    call,
    call.project.members.map((member) => memberRow(call, member)),
  );
}

/** One member. */
export function showMember(call: ProjectCall, userId: string): Outgoing {
  const member = call.project.members.find((it) => String(it.userId) === userId);
  if (!member) throw refuse.noRecord();
  return { status: 200, body: memberRow(call, member) };
}

function memberRow(
  { state }: ProjectCall,
  { userId, access_level, state: memberState, expires_at, member_role }: MemberState,
) {
  const user = state.users.find(({ id }) => id === userId);
  return {
    id: userId,
    username: user?.username,
    name: user?.name,
    state: memberState ?? 'active',
    access_level,
    expires_at: expires_at ?? null,
    membership_state: 'active',
    ...(member_role === undefined ? {} : { member_role }),
  };
}

/** Whether a user or group has access, so that a rule may name it. */
export function hasAccess(project: ProjectState, row: { user_id?: unknown; group_id?: unknown }): boolean {
  if (row.user_id !== undefined && row.user_id !== null)
    return project.members.some(({ userId }) => userId === Number(row.user_id));
  return project.shared_with_groups.some(({ group_id }) => group_id === Number(row.group_id));
}
