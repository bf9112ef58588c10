import type { CiVariables } from './gitlab-variables.ts';

/**
 * The one GitLab instance the tool talks to, as much of it as the tool needs.
 * Every method rejects with a `GitLabError`; projects are named by their numeric id, which survives a rename.
 */
export interface GitLab extends CiVariables {
  /** Base URL without a trailing slash, with a path prefix where the instance has one. */
  readonly url: string;
  token(): Promise<TokenInfo>;
  currentUser(): Promise<User>;
  server(): Promise<Server>;
  /** `path` is the full path, `group/sub/project`. */
  project(path: string): Promise<Project>;
  updateProject(projectId: number, change: ProjectChange): Promise<void>;
  /** Direct, inherited and invited members, one row for each user, all pages. */
  members(projectId: number): Promise<Member[]>;
  /** Environments in every state. */
  environments(projectId: number): Promise<Environment[]>;
  createEnvironment(projectId: number, name: string, fields: EnvironmentFields): Promise<void>;
  updateEnvironment(projectId: number, environmentId: number, fields: EnvironmentFields): Promise<void>;
  protectedEnvironments(projectId: number): Promise<ProtectedEnvironment[]>;
  protectEnvironment(projectId: number, name: string, rules: ProtectionRules): Promise<void>;
  /** Elements without id are added, with id changed, with `destroy` removed; all others stay. */
  updateProtectedEnvironment(projectId: number, name: string, rules: ProtectionRules): Promise<void>;
  /** What a group protects, named by deployment tier in place of environment; open to its Owners only. */
  groupProtectedEnvironments(groupPath: string): Promise<ProtectedEnvironment[]>;
  protectedTags(projectId: number): Promise<ProtectedTag[]>;
  protectTag(projectId: number, name: string, createAccessLevels: AccessRule[]): Promise<void>;
  unprotectTag(projectId: number, name: string): Promise<void>;
  protectedBranches(projectId: number): Promise<ProtectedBranch[]>;
  protectBranch(projectId: number, branch: NewProtectedBranch): Promise<void>;
  /** What PATCH can change: never the push level of a Free project. */
  updateProtectedBranch(projectId: number, name: string, change: ProtectedBranchChange): Promise<void>;
  unprotectBranch(projectId: number, name: string): Promise<void>;
  /** The last deployment to an environment that has succeeded, or undefined where none has. */
  lastDeployment(projectId: number, environment: string): Promise<Deployment | undefined>;
  /** The text of a file on a branch, or undefined where there is none. */
  file(projectId: number, path: string, ref: string): Promise<string | undefined>;
  /** GitLab's static lint of a pipeline text against the head of the default branch. */
  lint(projectId: number, content: string): Promise<LintResult>;
  /** The same for what is committed on the default branch, which also a token may ask that can only read. */
  lintCommitted(projectId: number): Promise<LintResult>;
}

/** What a token says of itself. Project and group tokens are personal tokens of a bot user. */
export interface TokenInfo {
  kind: 'personal access token' | 'OAuth token' | 'fine-grained token';
  /** Of a fine-grained token `granular` alone: it has permissions in place of scopes. */
  scopes: string[];
  /** Midnight UTC at which it ends, as `YYYY-MM-DD`. */
  expiresAt?: string;
  active: boolean;
  name?: string;
}

/** What a GitLab says of itself. */
export interface Server {
  /** As it is spelt there: `18.1.1-ee`, `17.0.0-pre`. */
  version: string;
  /** Enterprise Edition, licensed or not; undefined before 15.6, which does not tell. */
  enterprise?: boolean;
}

export interface User {
  id: number;
  username: string;
  name: string;
  bot: boolean;
  /** Only an administrator is told so. */
  admin: boolean;
}

/** `disabled`, `private` (members only) or `enabled`. */
export type FeatureAccess = 'disabled' | 'private' | 'enabled';

export interface Project {
  id: number;
  /** Full path exactly as GitLab spells it: PyPI compares its letter case. */
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
  /** Null where the reader may not see it (needs Maintainer) or the server is older than 17.10. */
  subClaimComponents: string[] | null;
  /**
   * Whether GitLab enforces protected environments here: the attribute
   * `allow_pipeline_trigger_approve_deployment` is present exactly where the feature is licensed.
   */
  protectedEnvironmentsLicensed: boolean;
  /** Whether the one who starts a pipeline may approve its deployment; null where not licensed. */
  triggererMayApprove: boolean | null;
  /**
   * Whether pipelines of merge requests from forks may run in this project; null where the reader may not see it.
   */
  forkPipelines: boolean | null;
  /** Groups the project is shared with. */
  sharedGroups: { id: number; path: string; accessLevel: number }[];
  /** The reader's level by membership of the project or its group; null for access by another way. */
  accessLevel: number | null;
}

/** The one setting of a project that is changed here. */
export interface ProjectChange {
  /** Silently left out where protected environments are not licensed. */
  triggererMayApprove: boolean;
}

/** 10 Guest, 15 Planner, 20 Reporter, 30 Developer, 40 Maintainer, 50 Owner, 60 administrator. */
export interface Member {
  id: number;
  username: string;
  name: string;
  /** `active`, `blocked`, `awaiting` ...: only who is active can act. */
  state: string;
  accessLevel: number;
  expiresAt: string | null;
  /** A role of the group's own making (Ultimate), which adds powers to the level; absent for the usual roles. */
  customRole?: CustomRole;
}

/** The powers of a custom role that bear on releases, as GitLab calls them. */
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
  /** Undefined on servers that do not know descriptions. */
  description?: string | null;
}

export interface EnvironmentFields {
  tier?: EnvironmentTier;
  externalUrl?: string;
  description?: string;
}

export interface Deployment {
  /** The commit that was deployed. */
  sha: string;
  /** The tag or branch. */
  ref: string;
  /** The job that deployed it; undefined for a deployment that was only reported by API. */
  job: string | undefined;
  createdAt: string;
}

/** One row of who may do something: exactly one of a role's level, a user, a group or a deploy key. */
export interface AccessRule {
  id?: number;
  accessLevel?: number;
  userId?: number;
  groupId?: number;
  deployKeyId?: number;
  /** How GitLab words the row: 'Maintainers', or the name of the user or group. */
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
  /** Premium only: by id, as for protected environments. */
  allowedToPush?: AccessRule[];
}

export interface LintResult {
  valid: boolean;
  errors: string[];
  warnings: string[];
  /** The pipeline with everything that it includes. */
  merged?: string;
}
