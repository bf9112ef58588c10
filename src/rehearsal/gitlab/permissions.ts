import { type Call, refuse } from './call.ts';

/**
 * The permission that a fine-grained token needs for a request: method, path, `Resource: Action`, and whether public
 * projects grant it to everyone: https://docs.gitlab.com/auth/tokens/fine_grained_access_tokens_rest/
 */
const permissions: readonly [method: string, path: RegExp, permission: string, open?: 'public'][] = [
  ['GET', /^personal_access_tokens\/self$/, 'Personal Access Token: Read'],
  ['GET', /^user$/, 'User: Read'],
  ['GET', /^(?:metadata|version)$/, 'Metadata: Read'],
  ['GET', /^groups(?:\/[^/]+)?$/, 'Group: Read'],
  ['GET', /^projects\/[^/]+$/, 'Project: Read'],
  ['PUT', /^projects\/[^/]+$/, 'Project: Update'],
  ['GET', /\/members(?:\/.*)?$/, 'Member: Read', 'public'],
  ['GET', /\/environments(?:\/\d+)?$/, 'Environment: Read', 'public'],
  ['POST', /\/environments$/, 'Environment: Create'],
  ['POST', /\/environments\/\d+\/stop$/, 'Environment: Stop'],
  ['PUT', /\/environments\/\d+$/, 'Environment: Update'],
  ['DELETE', /\/environments\/\d+$/, 'Environment: Delete'],
  ['GET', /\/deployments(?:\/\d+)?$/, 'Deployment: Read', 'public'],
  ['POST', /\/deployments\/\d+\/approval$/, 'Deployment: Approve'],
  ['GET', /\/protected_environments(?:\/[^/]+)?$/, 'Protected Environment: Read'],
  ['POST', /\/protected_environments$/, 'Protected Environment: Create'],
  ['PUT', /\/protected_environments\/[^/]+$/, 'Protected Environment: Update'],
  ['DELETE', /\/protected_environments\/[^/]+$/, 'Protected Environment: Delete'],
  ['GET', /\/protected_branches(?:\/[^/]+)?$/, 'Protected Branch: Read'],
  ['POST', /\/protected_branches$/, 'Branch: Protect'],
  ['DELETE', /\/protected_branches\/[^/]+$/, 'Branch: Protect'],
  ['PATCH', /\/protected_branches\/[^/]+$/, 'Protected Branch: Update'],
  ['GET', /\/protected_tags(?:\/[^/]+)?$/, 'Protected Tag: Read'],
  ['POST', /\/protected_tags$/, 'Tag: Protect'],
  ['DELETE', /\/protected_tags\/[^/]+$/, 'Tag: Protect'],
  ['GET', /\/variables(?:\/[^/]+)?$/, 'Variable: Read'],
  ['POST', /\/variables$/, 'Variable: Create'],
  ['PUT', /\/variables\/[^/]+$/, 'Variable: Update'],
  ['DELETE', /\/variables\/[^/]+$/, 'Variable: Delete'],
  ['GET', /\/repository\/(?:files\/[^/]+|tree)$/, 'Repository: Read', 'public'],
  ['GET', /\/repository\/compare$/, 'Repository: Read'],
  ['GET', /\/repository\/branches(?:\/[^/]+)?$/, 'Branch: Read', 'public'],
  ['POST', /\/repository\/branches$/, 'Branch: Create'],
  ['POST', /\/repository\/commits$/, 'Commit: Create'],
  ['GET', /\/ci\/lint$/, 'CI Config: Read'],
  ['POST', /\/ci\/lint$/, 'CI Config: Validate'],
  ['GET', /\/merge_requests(?:\/\d+)?$/, 'Merge Request: Read', 'public'],
  ['POST', /\/merge_requests$/, 'Merge Request: Create'],
  ['PUT', /\/merge_requests\/\d+$/, 'Merge Request: Update'],
  ['GET', /\/pipelines(?:\/\d+)?$/, 'Pipeline: Read', 'public'],
  ['GET', /\/pipelines\/\d+\/(?:jobs|bridges)$/, 'Pipeline: Read'],
  ['GET', /\/jobs$/, 'Job: Read'],
  ['GET', /\/jobs\/\d+(?:\/trace)?$/, 'Job: Read'],
  ['POST', /\/jobs\/\d+\/play$/, 'Job: Run'],
];

/**
 * Rejects what a fine-grained token was not granted. `path` starts after `/api/v4/`. In GitLab a group is its own
 * boundary; here, what is denied to a token is denied everywhere.
 */
export function requirePermission(
  call: Pick<Call, 'token' | 'request'>,
  path: string,
  isPublic = false,
): void {
  if (call.token.kind !== 'fine-grained') return;
  const row = permissions.find(([method, pattern]) => method === call.request.method && pattern.test(path));
  const [, , permission, open] = row ?? [];
  if (permission === undefined || !call.token.denied?.includes(permission)) return;
  if (open === undefined || !isPublic) throw refuse.permission(permission);
}
