import { Ajv, type ValidateFunction } from 'ajv';

/**
 * The requests and responses of the GitLab endpoints that the tool uses: an extract, trimmed by hand, of GitLab's own
 * API description (https://docs.gitlab.com/api/) and its documentation of each resource. Shares nothing with the tool
 * or the embedded server.
 */
export interface Described {
  method: string;
  path: RegExp;
  query: string[];
  body: string[];
  answer?: object;
}

type Field = 'string' | 'integer' | 'boolean' | 'object' | 'any' | 'string?' | 'integer?' | object;

/** A type by its name; with a question mark it may be null. */
function typeOf(field: Field): object {
  if (typeof field === 'object') return field;
  if (field === 'any') return {};
  return field.endsWith('?') ? { type: [field.slice(0, -1), 'null'] } : { type: field };
}

/** An object with exactly these fields; the second ones are optional. */
function entity(required: Record<string, Field>, optional: Record<string, Field> = {}): object {
  const fields = Object.entries({ ...required, ...optional }).map(([name, field]) => [name, typeOf(field)]);
  return {
    type: 'object',
    properties: Object.fromEntries(fields),
    required: Object.keys(required),
    additionalProperties: false,
  };
}

const listOf = (items: object) => ({ type: 'array', items });
const strings = listOf({ type: 'string' });

const page = ['page', 'per_page', 'pagination', 'order_by', 'sort'];

const version = entity({ version: 'string', revision: 'string' }, { kas: 'object', enterprise: 'boolean' });

const user = entity(
  { id: 'integer', username: 'string', name: 'string', state: 'string' },
  { bot: 'boolean', is_admin: 'boolean' },
);

const token = entity(
  {
    id: 'integer',
    name: 'string',
    revoked: 'boolean',
    active: 'boolean',
    scopes: strings,
    expires_at: 'string?',
    user_id: 'integer',
  },
  { granular: 'boolean' },
);

const accessRow = entity(
  { id: 'integer', access_level: 'integer?', access_level_description: 'string' },
  { user_id: 'integer?', group_id: 'integer?', deploy_key_id: 'integer?' },
);

const deployRow = entity({
  id: 'integer',
  access_level: 'integer?',
  access_level_description: 'string',
  user_id: 'integer?',
  group_id: 'integer?',
  group_inheritance_type: 'integer',
});

const approvalRule = entity({
  id: 'integer',
  access_level: 'integer?',
  access_level_description: 'string',
  user_id: 'integer?',
  group_id: 'integer?',
  group_inheritance_type: 'integer',
  required_approvals: 'integer',
});

const protectedEnvironment = entity({
  name: 'string',
  deploy_access_levels: listOf(deployRow),
  required_approval_count: 'integer',
  approval_rules: listOf(approvalRule),
});

const protectedTag = entity({ name: 'string', create_access_levels: listOf(accessRow) });

const protectedBranch = entity({
  id: 'integer',
  name: 'string',
  push_access_levels: listOf(accessRow),
  merge_access_levels: listOf(accessRow),
  unprotect_access_levels: listOf(accessRow),
  allow_force_push: 'boolean',
  code_owner_approval_required: 'boolean',
  inherited: 'boolean',
});

const environment = {
  id: 'integer',
  name: 'string',
  slug: 'string',
  external_url: 'string?',
  state: 'string',
  tier: 'string',
  created_at: 'string',
  auto_stop_at: 'string?',
} as const;
const environmentMore = { description: 'string?', auto_stop_setting: 'string' } as const;

const variable = entity({
  key: 'string',
  value: 'string?',
  environment_scope: 'string',
  protected: 'boolean',
  masked: 'boolean',
  hidden: 'boolean',
  raw: 'boolean',
  variable_type: 'string',
  description: 'string?',
});

const projectFields = {
  id: 'integer',
  path: 'string',
  path_with_namespace: 'string',
  name: 'string',
  web_url: 'string',
  default_branch: 'string?',
  visibility: 'string',
  archived: 'boolean',
  empty_repo: 'boolean',
  namespace: 'object',
  jobs_enabled: 'boolean',
  builds_access_level: 'string',
  environments_access_level: 'string',
  repository_access_level: 'string',
  ci_config_path: 'string?',
  shared_with_groups: { type: 'array' },
} as const;
const projectMore = {
  ci_id_token_sub_claim_components: strings,
  ci_allow_fork_pipelines_to_run_in_parent_project: 'boolean',
  ci_pipeline_variables_minimum_override_role: 'string',
  restrict_user_defined_variables: 'boolean',
  runners_token: 'string',
  allow_pipeline_trigger_approve_deployment: 'boolean',
} as const;

const member = entity(
  {
    id: 'integer',
    username: 'string',
    name: 'string',
    state: 'string',
    access_level: 'integer',
    expires_at: 'string?',
  },
  { membership_state: 'string', member_role: 'object' },
);

const file = entity({
  file_name: 'string',
  file_path: 'string',
  size: 'integer',
  encoding: 'string',
  content: 'string',
  content_sha256: 'string',
  ref: 'string',
  blob_id: 'string',
  commit_id: 'string',
  last_commit_id: 'string',
  execute_filemode: 'boolean',
});

const commit = entity(
  {
    id: 'string',
    short_id: 'string',
    title: 'string',
    message: 'string',
    author_name: 'string',
    author_email: 'string',
    created_at: 'string',
    parent_ids: strings,
    web_url: 'string',
  },
  { authored_date: 'string', committer_name: 'string', committer_email: 'string', committed_date: 'string' },
);

const branch = entity(
  { name: 'string', commit, merged: 'boolean', protected: 'boolean', can_push: 'boolean' },
  { default: 'boolean', web_url: 'string', developers_can_push: 'boolean', developers_can_merge: 'boolean' },
);

const comparison = entity(
  {
    commit: 'any',
    commits: listOf(commit),
    diffs: listOf(
      entity({
        old_path: 'string',
        new_path: 'string',
        new_file: 'boolean',
        renamed_file: 'boolean',
        deleted_file: 'boolean',
        diff: 'string',
      }),
    ),
    compare_timeout: 'boolean',
    compare_same_ref: 'boolean',
  },
  { web_url: 'string' },
);

const treeEntry = entity({ id: 'string', name: 'string', type: 'string', path: 'string', mode: 'string' });

const mergeRequest = entity(
  {
    id: 'integer',
    iid: 'integer',
    project_id: 'integer',
    title: 'string',
    description: 'string?',
    state: 'string',
    source_branch: 'string',
    target_branch: 'string',
    source_project_id: 'integer',
    target_project_id: 'integer',
    sha: 'string?',
    merged_at: 'string?',
    closed_at: 'string?',
    created_at: 'string',
    web_url: 'string',
  },
  {
    author: 'object',
    draft: 'boolean',
    detailed_merge_status: 'string',
    force_remove_source_branch: 'boolean',
  },
);

const lint = entity(
  {
    valid: 'boolean',
    errors: strings,
    warnings: strings,
    merged_yaml: 'string?',
    includes: { type: 'array' },
  },
  { jobs: { type: 'array' } },
);

const job = entity(
  {
    id: 'integer',
    name: 'string',
    stage: 'string',
    status: 'string',
    ref: 'string',
    tag: 'boolean',
    allow_failure: 'boolean',
    started_at: 'string?',
    finished_at: 'string?',
    pipeline: 'object',
    web_url: 'string',
    artifacts: { type: 'array' },
    runner: 'any',
  },
  { failure_reason: 'string' },
);

const deployment = entity(
  {
    id: 'integer',
    iid: 'integer',
    ref: 'string',
    sha: 'string',
    status: 'string',
    created_at: 'string',
    updated_at: 'string',
    environment: 'object',
    deployable: 'any',
  },
  { user: 'object' },
);

const route = (
  method: string,
  path: RegExp,
  answer?: object,
  query: string[] = [],
  body: string[] = [],
): Described => ({ method, path, query, body, ...(answer ? { answer } : {}) });

const environmentBody = ['external_url', 'tier', 'description', 'auto_stop_setting'];
const lists = ['allowed_to_push', 'allowed_to_merge', 'allowed_to_unprotect'];
const levels = ['push_access_level', 'merge_access_level', 'unprotect_access_level'];
const variableBody = [
  'value',
  'protected',
  'masked',
  'raw',
  'variable_type',
  'environment_scope',
  'description',
];
const lintQuery = ['content_ref', 'sha', 'dry_run', 'dry_run_ref', 'ref', 'include_jobs'];
const project = '^projects/[^/]+';
const below = (path: string) => new RegExp(`${project}/${path}$`);

export const description: readonly Described[] = [
  route('GET', /^version$/, version),
  route('GET', /^metadata$/, version),
  route('GET', /^user$/, user),
  route('GET', /^personal_access_tokens\/self$/, token),
  route('GET', new RegExp(`${project}$`), entity({ ...projectFields, permissions: 'object' }, projectMore), [
    'license',
    'statistics',
    'with_custom_attributes',
  ]),
  route(
    'PUT',
    new RegExp(`${project}$`),
    entity(projectFields, projectMore),
    [],
    [
      'ci_config_path',
      'builds_access_level',
      'environments_access_level',
      'ci_id_token_sub_claim_components',
      'allow_pipeline_trigger_approve_deployment',
      'ci_pipeline_variables_minimum_override_role',
      'restrict_user_defined_variables',
    ],
  ),
  route('GET', below('members/all'), listOf(member), [...page, 'query', 'user_ids', 'state']),
  route('GET', below(String.raw`members/all/\d+`), member),
  route('GET', below('environments'), listOf(entity(environment, environmentMore)), [
    ...page,
    'name',
    'search',
    'states',
  ]),
  route(
    'POST',
    below('environments'),
    entity(environment, environmentMore),
    [],
    ['name', ...environmentBody],
  ),
  route(
    'PUT',
    below(String.raw`environments/\d+`),
    entity(environment, environmentMore),
    [],
    environmentBody,
  ),
  route('GET', below('deployments'), listOf(deployment), [...page, 'environment', 'status']),
  route('GET', below('jobs'), listOf(job), [...page, 'scope']),
  route('GET', below('pipelines/\\d+/jobs'), listOf(job), [...page, 'scope', 'include_retried']),
  route('GET', below('protected_environments'), listOf(protectedEnvironment), page),
  route(
    'POST',
    below('protected_environments'),
    protectedEnvironment,
    [],
    ['name', 'deploy_access_levels', 'approval_rules'],
  ),
  route(
    'PUT',
    below('protected_environments/[^/]+'),
    protectedEnvironment,
    [],
    ['deploy_access_levels', 'approval_rules'],
  ),
  route('DELETE', below('protected_environments/[^/]+')),
  route('GET', below('protected_tags'), listOf(protectedTag), page),
  route(
    'POST',
    below('protected_tags'),
    protectedTag,
    [],
    ['name', 'create_access_level', 'allowed_to_create'],
  ),
  route('DELETE', below('protected_tags/[^/]+')),
  route('GET', below('protected_branches'), listOf(protectedBranch), [...page, 'search']),
  route(
    'POST',
    below('protected_branches'),
    protectedBranch,
    [],
    ['name', 'allow_force_push', 'code_owner_approval_required', ...levels, ...lists],
  ),
  route(
    'PATCH',
    below('protected_branches/[^/]+'),
    protectedBranch,
    [],
    ['allow_force_push', 'code_owner_approval_required', 'unprotect_access_level', ...lists],
  ),
  route('DELETE', below('protected_branches/[^/]+')),
  route('GET', below('variables'), listOf(variable), page),
  route('POST', below('variables'), variable, [], ['key', 'masked_and_hidden', ...variableBody]),
  route('PUT', below('variables/[^/]+'), variable, ['filter'], ['filter', ...variableBody]),
  route('DELETE', below('variables/[^/]+'), undefined, ['filter'], ['filter']),
  route('GET', below('repository/files/[^/]+'), file, ['ref']),
  route('GET', below('repository/tree'), listOf(treeEntry), [...page, 'ref', 'recursive', 'path']),
  route('GET', below('repository/compare'), comparison, ['from', 'to', 'straight']),
  route('GET', below('repository/branches/[^/]+'), branch),
  route(
    'POST',
    below('repository/commits'),
    commit,
    [],
    ['branch', 'commit_message', 'actions', 'start_sha', 'start_branch', 'force'],
  ),
  route('GET', below('merge_requests'), listOf(mergeRequest), [
    ...page,
    'source_branch',
    'target_branch',
    'state',
  ]),
  route(
    'POST',
    below('merge_requests'),
    mergeRequest,
    [],
    ['source_branch', 'target_branch', 'title', 'description', 'remove_source_branch'],
  ),
  route(
    'PUT',
    below(String.raw`merge_requests/\d+`),
    mergeRequest,
    [],
    ['title', 'description', 'state_event'],
  ),
  route('GET', below('ci/lint'), lint, lintQuery),
  route('POST', below('ci/lint'), lint, [], ['content', 'dry_run', 'include_jobs', 'ref']),
  route('GET', /^groups\/[^/]+\/protected_environments$/, listOf(protectedEnvironment), page),
  route('GET', /^groups\/[^/]+\/variables$/, listOf(variable), page),
];

const validators = new Map<Described, ValidateFunction>();

/** What is wrong with a response according to its description, one line per place. */
export function answerErrors(described: Described, body: unknown): string[] {
  const known =
    validators.get(described) ??
    new Ajv({ allErrors: true, allowUnionTypes: true }).compile(described.answer ?? true);
  validators.set(described, known);
  known(body);
  return (known.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}
