import type { GitLabRepository } from './gitlab-repository.ts';
import type { CiVariables } from './gitlab-variables.ts';

/**
 * The GitLab instance, as much of it as the tool needs. Every method rejects with a `GitLabError`. Projects are
 * identified by their numeric id, which survives a rename.
 */
export interface GitLab extends CiVariables, GitLabRepository {
  /** Base URL without a trailing slash, including the instance's path prefix, if any. */
  readonly url: string;
  token(): Promise<TokenInfo>;
  currentUser(): Promise<User>;
  server(): Promise<Server>;
  /** `path` is the full path, `group/sub/project`. */
  project(path: string): Promise<Project>;
  updateProject(projectId: number, change: ProjectChange): Promise<void>;
  /** Direct, inherited and invited members, one row per user, all pages. */
  members(projectId: number): Promise<Member[]>;
  /** Environments in every state. */
  environments(projectId: number): Promise<Environment[]>;
  createEnvironment(projectId: number, name: string, fields: EnvironmentFields): Promise<void>;
  updateEnvironment(projectId: number, environmentId: number, fields: EnvironmentFields): Promise<void>;
  protectedEnvironments(projectId: number): Promise<ProtectedEnvironment[]>;
  protectEnvironment(projectId: number, name: string, rules: ProtectionRules): Promise<void>;
  /** Rows without an id are added, with an id changed, with `destroy` removed; all others stay. */
  updateProtectedEnvironment(projectId: number, name: string, rules: ProtectionRules): Promise<void>;
  /** A group's protections, by deployment tier rather than environment; only for its Owners. */
  groupProtectedEnvironments(groupPath: string): Promise<ProtectedEnvironment[]>;
  protectedTags(projectId: number): Promise<ProtectedTag[]>;
  protectTag(projectId: number, name: string, createAccessLevels: AccessRule[]): Promise<void>;
  unprotectTag(projectId: number, name: string): Promise<void>;
  protectedBranches(projectId: number): Promise<ProtectedBranch[]>;
  protectBranch(projectId: number, branch: NewProtectedBranch): Promise<void>;
  /** What PATCH can change: on Free, never who may push. */
  updateProtectedBranch(projectId: number, name: string, change: ProtectedBranchChange): Promise<void>;
  unprotectBranch(projectId: number, name: string): Promise<void>;
  /** The newest deployments to an environment, newest first: no more than 20, or only those that succeeded. */
  deployments(projectId: number, environment: string, status?: 'success'): Promise<Deployment[]>;
  /** The newest jobs of the project that failed, newest first: no more than 20. */
  failedJobs(projectId: number): Promise<Job[]>;
  /** The newest pipelines of the project, newest first: no more than 20, or only those of a commit. */
  pipelines(projectId: number, sha?: string): Promise<Pipeline[]>;
  pipeline(projectId: number, pipelineId: number): Promise<Pipeline>;
  /** Jobs of a pipeline, the last try of each: no more than 100. */
  jobsOf(projectId: number, pipelineId: number): Promise<Job[]>;
  /** The jobs of a pipeline that start other pipelines, the last try of each. */
  triggersOf(projectId: number, pipelineId: number): Promise<Trigger[]>;
  /** A job's log as the runner wrote it; empty before it starts. */
  jobLog(projectId: number, jobId: number): Promise<string>;
  /** The text of a file on a branch, or undefined if there is none. */
  file(projectId: number, path: string, ref: string): Promise<string | undefined>;
  /** GitLab's static lint of a pipeline text, against the head of the default branch. */
  lint(projectId: number, content: string): Promise<LintResult>;
  /** The same for what is committed on the default branch, which also a token may ask that can only read. */
  lintCommitted(projectId: number): Promise<LintResult>;
}

/** What a token says about itself. Project and group tokens are personal tokens of a bot user. */
export interface TokenInfo {
  kind: 'personal access token' | 'OAuth token' | 'fine-grained token';
  /** For a fine-grained token only `granular`: it has permissions instead of scopes. */
  scopes: string[];
  /** Expires at midnight UTC on this day, `YYYY-MM-DD`. */
  expiresAt?: string;
  active: boolean;
  name?: string;
}

/** What a GitLab says about itself. */
export interface Server {
  /** As reported: `18.1.1-ee`, `17.0.0-pre`. */
  version: string;
  /** Enterprise Edition, licensed or not; undefined before 15.6, which does not say. */
  enterprise?: boolean;
}

export interface User {
  id: number;
  username: string;
  name: string;
  bot: boolean;
  /** Only reported to administrators. */
  admin: boolean;
}

/** `disabled`, `private` (members only) or `enabled`. */
export type FeatureAccess = 'disabled' | 'private' | 'enabled';

/** Who may pass variables to a pipeline or to a manual job: https://docs.gitlab.com/ci/variables/#restrict-pipeline-variables */
export type PipelineVariablesRole = 'no_one_allowed' | 'owner' | 'maintainer' | 'developer';

export interface Project {
  id: number;
  /** Full path exactly as GitLab spells it: PyPI's comparison is case-sensitive. */
  path: string;
  webUrl: string;
  /** Null while the repository is empty. */
  defaultBranch: string | null;
  visibility: 'private' | 'internal' | 'public';
  archived: boolean;
  emptyRepository: boolean;
  namespaceKind: 'user' | 'group';
  forkedFrom: string | null;
  /** Null or empty means `.gitlab-ci.yml`; may also be `path@group/project` or a URL. */
  ciConfigPath: string | null;
  builds: FeatureAccess;
  environments: FeatureAccess;
  repository: FeatureAccess;
  /** Null if the user may not see it (needs Maintainer) or the server is older than 17.10. */
  subClaimComponents: string[] | null;
  /**
   * Whether GitLab enforces protected environments here: the attribute `allow_pipeline_trigger_approve_deployment` is
   * present only if the feature is licensed.
   */
  protectedEnvironmentsLicensed: boolean;
  /** Whether the person who starts a pipeline may approve its deployment; null if not licensed. */
  triggererMayApprove: boolean | null;
  /** Whether pipelines of merge requests from forks may run in this project; null if the user may not see it. */
  forkPipelines: boolean | null;
  /** The minimum role that may pass variables to a pipeline; null if the user may not see it or the server is too old. */
  pipelineVariablesRole: PipelineVariablesRole | null;
  /** Groups invited to the project. */
  sharedGroups: { id: number; path: string; accessLevel: number }[];
  /** The user's level by membership in the project or its group; null for other kinds of access. */
  accessLevel: number | null;
}

/** The project settings that we change; fields that are not given stay as they are. */
export interface ProjectChange {
  /** Silently omitted if protected environments are not licensed. */
  triggererMayApprove?: boolean;
  pipelineVariablesRole?: 'no_one_allowed';
}

/** 10 Guest, 15 Planner, 20 Reporter, 30 Developer, 40 Maintainer, 50 Owner, 60 administrator. */
export interface Member {
  id: number;
  username: string;
  name: string;
  /** `active`, `blocked`, `awaiting` ...; only active members can act. */
  state: string;
  accessLevel: number;
  expiresAt: string | null;
  /** A custom role (Ultimate), which adds powers to the level; absent for default roles. */
  customRole?: CustomRole;
}

/** The powers of a custom role that matter for releases, by GitLab's names. */
export const powers = [
  'admin_protected_environments',
  'manage_protected_tags',
  'admin_protected_branch',
  'admin_cicd_variables',
  'push_code',
] as const;

export type Power = (typeof powers)[number];

/** A custom role: https://docs.gitlab.com/user/custom_roles/ */
export interface CustomRole {
  name: string;
  powers: Power[];
}

export type EnvironmentTier = 'production' | 'staging' | 'testing' | 'development' | 'other';

export interface Environment {
  id: number;
  name: string;
  state: string;
  tier: EnvironmentTier | null;
  externalUrl: string | null;
  /** Undefined on servers without descriptions. */
  description?: string | null;
}

export interface EnvironmentFields {
  tier?: EnvironmentTier;
  externalUrl?: string;
  description?: string;
}

/** https://docs.gitlab.com/api/deployments/; `blocked` waits for an approval. */
export const deploymentStatuses = [
  'created',
  'running',
  'success',
  'failed',
  'canceled',
  'skipped',
  'blocked',
] as const;
export type DeploymentStatus = (typeof deploymentStatuses)[number];

export interface Deployment {
  id: number;
  /** Undefined for one that this tool does not know. */
  status: DeploymentStatus | undefined;
  /** The deployed commit. */
  sha: string;
  /** The tag or branch. */
  ref: string;
  /** The job that deployed it; undefined for a deployment that was only reported through the API. */
  job: Job | undefined;
  createdAt: string;
}

/** https://docs.gitlab.com/api/pipelines/ */
export interface Pipeline {
  id: number;
  /** The tag or branch, without refs/. */
  ref: string;
  sha: string;
  /** `running`, `manual`, `success` ... */
  status: string;
  /** `push`, `merge_request_event`, `schedule` ... */
  source: string;
  webUrl: string;
}

/** A job of a pipeline: https://docs.gitlab.com/api/jobs/ */
export interface Job {
  /** Undefined where GitLab tells no more of the job than its name. */
  id: number | undefined;
  name: string;
  /** `success`, `failed`, `manual` ... */
  status: string;
  /** GitLab's reason for a failure, such as `script_failure`. */
  failureReason: string | undefined;
  /** The pipeline passes even if this job fails. */
  allowFailure: boolean;
  /** The tag or branch, and whether it is a tag. */
  ref: string;
  tag: boolean;
  startedAt: string | undefined;
  finishedAt: string | undefined;
  pipelineId: number | undefined;
}

/** A job that starts another pipeline: https://docs.gitlab.com/ci/pipelines/downstream_pipelines/ */
export interface Trigger {
  job: Job;
  /** Undefined as long as it has started none. */
  started: Pipeline | undefined;
  /** The project of that pipeline: another one where it is no child pipeline. Undefined if GitLab does not say. */
  projectId: number | undefined;
}

/** One row of an access list: exactly one of a role's level, a user, a group or a deploy key. */
export interface AccessRule {
  id?: number;
  accessLevel?: number;
  userId?: number;
  groupId?: number;
  deployKeyId?: number;
  /** GitLab's wording of the row: 'Maintainers', or the name of the user or group. */
  description?: string;
  destroy?: boolean;
}

export interface ApprovalRule extends AccessRule {
  requiredApprovals: number;
}

export interface ProtectionRules {
  deployAccessLevels?: AccessRule[];
  approvalRules?: ApprovalRule[];
}

export interface ProtectedEnvironment {
  name: string;
  deployAccessLevels: AccessRule[];
  approvalRules: ApprovalRule[];
}

export interface ProtectedTag {
  name: string;
  createAccessLevels: AccessRule[];
}

export interface ProtectedBranch {
  name: string;
  pushAccessLevels: AccessRule[];
  mergeAccessLevels: AccessRule[];
  unprotectAccessLevels: AccessRule[];
  allowForcePush: boolean;
  codeOwnerApprovalRequired: boolean;
  /** Comes from the group and cannot be changed on the project. */
  inherited: boolean;
}

export interface NewProtectedBranch {
  name: string;
  push: AccessRule[];
  merge: AccessRule[];
  unprotect: AccessRule[];
  allowForcePush: boolean;
  codeOwnerApprovalRequired: boolean;
}

export interface ProtectedBranchChange {
  allowForcePush?: boolean;
  /** Premium only; by id, as for protected environments. */
  allowedToPush?: AccessRule[];
}

export interface LintResult {
  valid: boolean;
  errors: string[];
  warnings: string[];
  /** The pipeline with all its includes. */
  merged?: string;
}
