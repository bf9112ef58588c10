/** Everything the rehearsal GitLab knows: plain data, spelt as in the API, for tests to inspect and change. */
export interface GitLabState {
  /** Community Edition lacks the endpoints of the paid tiers. */
  edition: 'ce' | 'ee';
  /** For example `17.3` for an older server, without later features; the newest by default. */
  version?: string;
  users: UserState[];
  tokens: TokenState[];
  projects: ProjectState[];
  /** What groups have; unlisted groups have nothing. */
  groups?: GroupState[];
  /** CI/CD variables of the instance, which only administrators may read. */
  instance_variables?: VariableState[];
  /** Fields of CI/CD variables that the server is too old for: it drops and hides them. */
  unknown_variable_fields?: ('masked' | 'hidden' | 'raw')[];
}

/** A group with its rules for tiers and its CI/CD variables, which only its Owners may read. */
export interface GroupState {
  /** Made up if missing. */
  id?: number;
  full_path: string;
  owners: number[];
  protected_environments?: ProtectedEnvironmentState[];
  variables?: VariableState[];
}

export interface DeploymentState {
  id: number;
  environment: string;
  status: string;
  ref: string;
  sha: string;
  /** Name of the job. */
  job: string;
  created_at: string;
  /** The job itself, if it is among the project's jobs. */
  job_id?: number;
  /** Approvals still missing. */
  pending_approval_count?: number;
  approvals?: object[];
}

export interface CommitState {
  /** Texts by path. */
  files: Record<string, string>;
  /** The id of the commit before it; absent for the start of what is known. */
  parent?: string;
  message?: string;
  authorId?: number;
}

export interface MergeRequestState {
  id: number;
  iid: number;
  title: string;
  description: string;
  state: 'opened' | 'closed' | 'merged';
  source_branch: string;
  target_branch: string;
  authorId: number;
  merged_at: string | null;
  closed_at: string | null;
  /** The fork that its branch is in; the project itself by default. */
  source_project_id?: number;
  force_remove_source_branch?: boolean;
}

export interface PipelineState {
  id: number;
  iid: number;
  sha: string;
  ref: string;
  status: string;
  source: string;
  created_at?: string;
  updated_at?: string;
}

export interface JobState {
  id: number;
  pipeline_id: number;
  name: string;
  stage: string;
  status: string;
  failure_reason?: string;
  allow_failure?: boolean;
  tag?: boolean;
  started_at?: string | null;
  finished_at?: string | null;
  /** The log, as a runner wrote it. */
  trace?: string;
}

/** A job that starts another pipeline, which is not there before it has. */
export interface BridgeState extends JobState {
  started?: PipelineState;
  /** The project of that pipeline, where it is another one. */
  elsewhere?: Pick<ProjectState, 'id' | 'path_with_namespace'>;
}

export interface UserState {
  id: number;
  username: string;
  name: string;
  is_admin?: boolean;
}

export interface TokenState {
  value: string;
  userId: number;
  kind: 'personal' | 'oauth' | 'fine-grained';
  scopes: string[];
  expires_at: string | null;
  revoked: boolean;
  /** Permissions (`Environment: Update`) that a fine-grained token was not granted; it has all others. */
  denied?: string[];
}

export interface AccessRow {
  id: number;
  access_level: number | null;
  access_level_description: string;
  user_id: number | null;
  group_id: number | null;
  deploy_key_id?: number | null;
  group_inheritance_type?: number;
  required_approvals?: number;
}

export interface EnvironmentState {
  id: number;
  name: string;
  slug: string;
  description: string | null;
  external_url: string | null;
  state: string;
  tier: string;
}

export interface ProtectedEnvironmentState {
  name: string;
  deploy_access_levels: AccessRow[];
  approval_rules: AccessRow[];
}

export interface ProtectedBranchState {
  id: number;
  name: string;
  push_access_levels: AccessRow[];
  merge_access_levels: AccessRow[];
  unprotect_access_levels: AccessRow[];
  allow_force_push: boolean;
  code_owner_approval_required: boolean;
  inherited: boolean;
}

export interface VariableState {
  key: string;
  value: string;
  environment_scope: string;
  protected: boolean;
  masked: boolean;
  hidden: boolean;
  raw: boolean;
  variable_type: string;
  description: string | null;
}

export interface MemberState {
  userId: number;
  access_level: number;
  state?: string;
  expires_at?: string | null;
  member_role?: MemberRoleState;
}

/** A custom role with what it adds to its base level: `manage_protected_tags: true`. */
export interface MemberRoleState {
  id: number;
  name: string;
  base_access_level: number;
  [power: string]: string | number | boolean;
}

export interface ProjectState {
  id: number;
  path_with_namespace: string;
  /** Previous paths: reads are redirected, writes rejected. */
  moved_from: string[];
  namespace_kind: 'user' | 'group';
  visibility: 'private' | 'internal' | 'public';
  default_branch: string | null;
  archived: boolean;
  /** Whether paid features are enforced. */
  plan: 'free' | 'premium';
  ci_config_path: string | null;
  builds_access_level: string;
  environments_access_level: string;
  repository_access_level: string;
  ci_id_token_sub_claim_components: string[];
  allow_pipeline_trigger_approve_deployment: boolean;
  /** `no_one_allowed` by default, as for new projects on gitlab.com. */
  ci_pipeline_variables_minimum_override_role?: string;
  restrict_user_defined_variables?: boolean;
  /** On by default, as on GitLab. */
  ci_allow_fork_pipelines_to_run_in_parent_project?: boolean;
  shared_with_groups: {
    group_id: number;
    group_name: string;
    group_full_path: string;
    group_access_level: number;
  }[];
  members: MemberState[];
  environments: EnvironmentState[];
  protected_environments: ProtectedEnvironmentState[];
  protected_tags: { name: string; create_access_levels: AccessRow[] }[];
  protected_branches: ProtectedBranchState[];
  variables: VariableState[];
  deployments: DeploymentState[];
  /** Texts by branch and path. */
  files: Record<string, Record<string, string>>;
  /** The commits made through the API, and those that they were made on; more than their files is told of the former. */
  commits?: CommitState[];
  /** The ids by which git knows what was pushed, and the ids that their files have here. */
  pushed?: Record<string, string>;
  merge_requests?: MergeRequestState[];
  pipelines?: PipelineState[];
  jobs?: JobState[];
  bridges?: BridgeState[];
}

const roles: Record<number, string> = {
  0: 'No one',
  30: 'Developers + Maintainers',
  40: 'Maintainers',
  60: 'Administrators',
};
let nextId = 1000;

/** An id that no other record has. */
export const newId = (): number => nextId++;

/** A row that names a role. */
export function roleRow(access_level: number): AccessRow {
  const access_level_description = roles[access_level] ?? String(access_level);
  return { id: newId(), access_level, access_level_description, user_id: null, group_id: null };
}

/** A team of three on a project with nothing set up: alice (Owner), bob (Maintainer), carol (Developer). */
export function teamState(
  change: Partial<ProjectState> = {},
  files: Record<string, string> = {},
): GitLabState {
  return {
    edition: 'ee',
    users: [
      { id: 1, username: 'alice', name: 'Alice Archer' },
      { id: 2, username: 'bob', name: 'Bob Builder' },
      { id: 3, username: 'carol', name: 'Carol Coder' },
    ],
    tokens: demoTokens(),
    projects: [projectState(change, files)],
  };
}

function projectState(change: Partial<ProjectState>, files: Record<string, string>): ProjectState {
  const main = {
    id: newId(),
    name: 'main',
    push_access_levels: [roleRow(40)],
    merge_access_levels: [roleRow(40)],
    unprotect_access_levels: [roleRow(40)],
    allow_force_push: false,
    code_owner_approval_required: false,
    inherited: false,
  };
  return {
    id: 42,
    path_with_namespace: 'demo-group/demo-pkg',
    moved_from: [],
    namespace_kind: 'group',
    visibility: 'public',
    default_branch: 'main',
    archived: false,
    plan: 'premium',
    ci_config_path: null,
    builds_access_level: 'enabled',
    environments_access_level: 'enabled',
    repository_access_level: 'enabled',
    ci_id_token_sub_claim_components: ['project_path', 'ref_type', 'ref'],
    allow_pipeline_trigger_approve_deployment: false,
    shared_with_groups: [],
    members: [
      { userId: 1, access_level: 50 },
      { userId: 2, access_level: 40 },
      { userId: 3, access_level: 30 },
    ],
    environments: [],
    protected_environments: [],
    protected_tags: [],
    protected_branches: [main],
    variables: [],
    deployments: [],
    files: { main: files },
    ...change,
  };
}

function demoTokens(): TokenState[] {
  const token = (value: string, change: Partial<TokenState> = {}): TokenState => ({
    value,
    userId: 1,
    kind: 'personal',
    scopes: ['api'],
    expires_at: '2099-01-01',
    revoked: false,
    ...change,
  });
  return [
    token('glpat-demo-alice'),
    token('glpat-demo-readonly', { scopes: ['read_api'] }),
    token('glpat-demo-carol', { userId: 3 }),
    token('glpat-demo-expired', { expires_at: '2020-01-01' }),
    token('glpat-demo-revoked', { revoked: true }),
    token('oauth-demo-alice', { kind: 'oauth', expires_at: null }),
    token('glpat-demo-fine', { kind: 'fine-grained', scopes: ['granular'] }),
  ];
}
