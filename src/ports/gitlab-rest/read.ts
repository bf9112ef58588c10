import {
  type AccessRule,
  type ApprovalRule,
  type CustomRole,
  type Deployment,
  deploymentStatuses,
  type Environment,
  type FeatureAccess,
  type Job,
  type LintResult,
  type Member,
  type Pipeline,
  type PipelineVariablesRole,
  type Project,
  type ProtectedBranch,
  type ProtectedEnvironment,
  type ProtectedTag,
  powers,
  type Server,
  type TokenInfo,
  type Trigger,
  type User,
} from '../gitlab.ts';
import { isTable, type Json } from '../json.ts';

/** One object of a response. */
export type Row = Record<string, Json>;

const list = (value: Json | undefined): Row[] => (Array.isArray(value) ? value.filter(isTable) : []);
const strings = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const textOrNull = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);
const booleanOrNull = (value: Json | undefined): boolean | null =>
  typeof value === 'boolean' ? value : null;
const optionalNumber = (value: Json | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

/** The attributes that we use; everything else, including the runners' token, is dropped here. */
export function readProject(row: Row): Project {
  const namespace = isTable(row.namespace) ? row.namespace : {};
  const fork = isTable(row.forked_from_project)
    ? textOrNull(row.forked_from_project.path_with_namespace)
    : null;
  const licence = 'allow_pipeline_trigger_approve_deployment';
  return {
    id: Number(row.id),
    path: text(row.path_with_namespace),
    webUrl: text(row.web_url),
    defaultBranch: textOrNull(row.default_branch),
    visibility: text(row.visibility) as Project['visibility'],
    archived: row.archived === true,
    emptyRepository: row.empty_repo === true,
    namespaceKind: namespace.kind === 'user' ? 'user' : 'group',
    forkedFrom: fork,
    ciConfigPath: textOrNull(row.ci_config_path),
    builds: access(row.builds_access_level, row.jobs_enabled),
    environments: access(row.environments_access_level, true),
    repository: access(row.repository_access_level, true),
    subClaimComponents: Array.isArray(row.ci_id_token_sub_claim_components)
      ? strings(row.ci_id_token_sub_claim_components)
      : null,
    protectedEnvironmentsLicensed: licence in row,
    triggererMayApprove: booleanOrNull(row[licence]),
    forkPipelines: booleanOrNull(row.ci_allow_fork_pipelines_to_run_in_parent_project),
    pipelineVariablesRole: variablesRole(row),
    sharedGroups: list(row.shared_with_groups).map((group) => ({
      id: Number(group.group_id),
      path: text(group.group_full_path),
      accessLevel: Number(group.group_access_level),
    })),
    accessLevel: highestAccess(row.permissions),
  };
}

/** With the older switch off, everybody who can start a pipeline may pass variables, whatever the role. */
function variablesRole(row: Row): PipelineVariablesRole | null {
  const role = row.ci_pipeline_variables_minimum_override_role;
  if (row.restrict_user_defined_variables === false) return 'developer';
  const known: PipelineVariablesRole[] = ['no_one_allowed', 'owner', 'maintainer', 'developer'];
  return known.find((it) => it === role) ?? null;
}

/** Old servers only tell whether a feature is on. */
function access(level: Json | undefined, enabled: Json | undefined): FeatureAccess {
  if (level === 'disabled' || level === 'private' || level === 'enabled') return level;
  return enabled === false ? 'disabled' : 'enabled';
}

function highestAccess(permissions: Json | undefined): number | null {
  if (!isTable(permissions)) return null;
  const levels = [permissions.project_access, permissions.group_access].flatMap((it) =>
    isTable(it) && typeof it.access_level === 'number' ? [it.access_level] : [],
  );
  return levels.length > 0 ? Math.max(...levels) : null;
}

/** A token as it describes itself. */
export function readToken(row: Row): TokenInfo {
  const expires = textOrNull(row.expires_at);
  return {
    kind: row.granular === true ? 'fine-grained token' : 'personal access token',
    scopes: strings(row.scopes),
    active: row.active !== false && row.revoked !== true,
    ...(expires === null ? {} : { expiresAt: expires }),
    ...(typeof row.name === 'string' ? { name: row.name } : {}),
  };
}

/** An OAuth token as `/oauth/token/info` describes it. */
export function readOAuthToken(row: Row): TokenInfo {
  return { kind: 'OAuth token', scopes: strings(row.scope), active: true };
}

/** The server's version and edition. */
export function readServer(row: Row): Server {
  return {
    version: text(row.version),
    ...(typeof row.enterprise === 'boolean' ? { enterprise: row.enterprise } : {}),
  };
}

/** The token's user. */
export function readUser(row: Row): User {
  return {
    id: Number(row.id),
    username: text(row.username),
    name: text(row.name),
    bot: row.bot === true,
    admin: row.is_admin === true,
  };
}

/** One member. */
export function readMember(row: Row): Member {
  const { member_role: role, membership_state: membership } = row;
  return {
    id: Number(row.id),
    username: text(row.username),
    name: text(row.name),
    // A member awaiting approval is an active user, but cannot act here.
    state: membership === 'awaiting' ? membership : text(row.state),
    accessLevel: Number(row.access_level),
    expiresAt: textOrNull(row.expires_at),
    ...(isTable(role) ? { customRole: readCustomRole(role) } : {}),
  };
}

function readCustomRole(row: Row): CustomRole {
  return { name: text(row.name), powers: powers.filter((power) => row[power] === true) };
}

/** One environment. */
export function readEnvironment(row: Row): Environment {
  return {
    id: Number(row.id),
    name: text(row.name),
    state: text(row.state),
    tier: textOrNull(row.tier) as Environment['tier'],
    externalUrl: textOrNull(row.external_url),
    ...('description' in row ? { description: textOrNull(row.description) } : {}),
  };
}

/** One protected environment. */
export function readProtectedEnvironment(row: Row): ProtectedEnvironment {
  return {
    name: text(row.name),
    deployAccessLevels: list(row.deploy_access_levels).map(readRule),
    approvalRules: list(row.approval_rules).map(
      (rule): ApprovalRule => ({
        ...readRule(rule),
        requiredApprovals: Number(rule.required_approvals ?? 1),
      }),
    ),
  };
}

/** One protected tag rule. */
export function readProtectedTag(row: Row): ProtectedTag {
  return { name: text(row.name), createAccessLevels: list(row.create_access_levels).map(readRule) };
}

/** One protected branch rule. */
export function readProtectedBranch(row: Row): ProtectedBranch {
  return {
    name: text(row.name),
    pushAccessLevels: list(row.push_access_levels).map(readRule),
    mergeAccessLevels: list(row.merge_access_levels).map(readRule),
    unprotectAccessLevels: list(row.unprotect_access_levels).map(readRule),
    allowForcePush: row.allow_force_push === true,
    codeOwnerApprovalRequired: row.code_owner_approval_required === true,
    inherited: row.inherited === true,
  };
}

/** One deployment. */
export function readDeployment(row: Row): Deployment {
  const { deployable } = row;
  return {
    id: Number(row.id),
    status: deploymentStatuses.find((it) => it === row.status),
    sha: text(row.sha),
    ref: text(row.ref),
    job: isTable(deployable) && typeof deployable.name === 'string' ? readJob(deployable) : undefined,
    createdAt: text(row.created_at),
  };
}

/** One pipeline. */
export function readPipeline(row: Row): Pipeline {
  return {
    id: Number(row.id),
    ref: text(row.ref),
    sha: text(row.sha),
    status: text(row.status),
    source: text(row.source),
    webUrl: text(row.web_url),
  };
}

/** One job, also as what a deployment was made by. */
export function readJob(row: Row): Job {
  return {
    id: optionalNumber(row.id),
    name: text(row.name),
    status: text(row.status),
    failureReason: textOrNull(row.failure_reason) ?? undefined,
    allowFailure: row.allow_failure === true,
    ref: text(row.ref),
    tag: row.tag === true,
    startedAt: textOrNull(row.started_at) ?? undefined,
    finishedAt: textOrNull(row.finished_at) ?? undefined,
    pipelineId: isTable(row.pipeline) ? optionalNumber(row.pipeline.id) : undefined,
  };
}

/** One job that starts another pipeline. */
export function readTrigger(row: Row): Trigger {
  const { downstream_pipeline: started } = row;
  return {
    job: readJob(row),
    started: isTable(started) ? readPipeline(started) : undefined,
    projectId: isTable(started) ? optionalNumber(started.project_id) : undefined,
  };
}

/** The lint's verdict. */
export function readLint(row: Row): LintResult {
  const merged = textOrNull(row.merged_yaml);
  return {
    valid: row.valid === true,
    errors: strings(row.errors),
    warnings: strings(row.warnings),
    ...(merged === null ? {} : { merged }),
  };
}

/** A row names a user, a group, a key or else a role; next to a user, the level is the user's own. */
function readRule(row: Row): AccessRule {
  const { id, description } = {
    id: optionalNumber(row.id),
    description: textOrNull(row.access_level_description),
  };
  const [userId, groupId, deployKeyId] = [row.user_id, row.group_id, row.deploy_key_id].map(optionalNumber);
  const who =
    userId !== undefined
      ? { userId }
      : groupId !== undefined
        ? { groupId }
        : deployKeyId !== undefined
          ? { deployKeyId }
          : { accessLevel: Number(row.access_level ?? 0) };
  return { ...(id === undefined ? {} : { id }), ...who, ...(description === null ? {} : { description }) };
}
