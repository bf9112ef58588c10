import { reasonOf, UserError } from '../errors.ts';
import type {
  Environment,
  GitLab,
  Member,
  Project,
  ProtectedBranch,
  ProtectedEnvironment,
  ProtectedTag,
  TokenInfo,
  User,
  Variable,
} from '../ports/gitlab.ts';
import { GitLabError } from '../ports/gitlab.ts';
import { tokenProblem } from './gitlab-token.ts';
import { type Known, known, type Sourced, unknown } from './known.ts';

/** The GitLab project as it is now. */
export interface GitLabFacts {
  url: Sourced<string>;
  /** Where the token was found, never the token. */
  tokenSource: string;
  token: Known<TokenInfo>;
  user: Known<User>;
  project: Project;
  members: Known<Member[]>;
  environments: Known<Environment[]>;
  protectedEnvironments: Known<ProtectedEnvironment[]>;
  protectedTags: Known<ProtectedTag[]>;
  protectedBranches: Known<ProtectedBranch[]>;
  variables: Known<Variable[]>;
  /** The pipeline file as it is on the default branch; its value is undefined where there is none. */
  committedPipeline: Known<string | undefined>;
}

/** What the first round of requests tells. */
export type GitLabIdentity = Pick<GitLabFacts, 'token' | 'user' | 'project'>;

/** Reads a value, or the reason why it cannot be read. */
export function attempt<T>(work: Promise<T>, source: string): Promise<Known<T>> {
  return work.then(
    (value) => known(value, source),
    (error) => unknown(reasonOf(error)),
  );
}

/** Token, user and project, in parallel. Throws a `UserError` where the project cannot be used at all. */
export async function readIdentity(
  gitlab: GitLab,
  path: string,
  tokenSource: string,
): Promise<GitLabIdentity> {
  const [project, token, user] = await Promise.all([
    attemptProject(gitlab, path),
    attempt(gitlab.token(), 'GitLab, the token itself'),
    attempt(gitlab.currentUser(), 'GitLab, the current user'),
  ]);
  const problem = token.known ? tokenProblem(token.value, new Date(), tokenSource, gitlab.url) : undefined;
  if (problem) throw problem;
  if (project instanceof GitLabError) throw projectProblem(project, path, tokenSource, gitlab.url);
  refuseUnusable(project);
  return { project, token, user };
}

/** Everything else of the project, all at once; what cannot be read is unknown with the reason. */
export async function readProject(
  gitlab: GitLab,
  { id, path, defaultBranch }: Project,
  pipelineFile: string,
): Promise<Omit<GitLabFacts, 'url' | 'tokenSource' | keyof GitLabIdentity>> {
  const source = `GitLab project ${path}`;
  const entries = await Promise.all([
    attempt(gitlab.members(id), source),
    attempt(gitlab.environments(id), source),
    attempt(protectedEnvironments(gitlab, id), source),
    attempt(gitlab.protectedTags(id), source),
    attempt(gitlab.protectedBranches(id), source),
    attempt(gitlab.variables(id), source),
    attempt(gitlab.file(id, pipelineFile, defaultBranch ?? 'HEAD'), `${source}, branch ${defaultBranch}`),
  ]);
  const [
    members,
    environments,
    protectedEnvs,
    protectedTags,
    protectedBranches,
    variables,
    committedPipeline,
  ] = entries;
  return {
    members,
    environments,
    protectedEnvironments: protectedEnvs,
    protectedTags,
    protectedBranches,
    variables,
    committedPipeline,
  };
}

/** Community Edition has no such route, which is the same as having none. */
export async function protectedEnvironments(gitlab: GitLab, id: number): Promise<ProtectedEnvironment[]> {
  return gitlab.protectedEnvironments(id).catch((error) => {
    if (error instanceof GitLabError && error.kind === 'no-route') return [];
    throw error;
  });
}

/** The reader's level: by membership, by an invited group, or as an administrator; undefined where unknown. */
export function roleOf(facts: Pick<GitLabFacts, 'user' | 'project' | 'members'>): number | undefined {
  if (facts.user.known && facts.user.value.admin) return 60;
  const { user, members, project } = facts;
  const row = user.known && members.known ? members.value.find(({ id }) => id === user.value.id) : undefined;
  const levels = [project.accessLevel, row?.accessLevel].filter(
    (level) => level !== null && level !== undefined,
  );
  return levels.length > 0 ? Math.max(...levels) : undefined;
}

/** Throws a `UserError` unless the token's user is at least Maintainer. */
export function requireMaintainer(
  facts: Pick<GitLabFacts, 'user' | 'project' | 'members'>,
  tokenSource: string,
): void {
  const role = roleOf(facts);
  if (role === undefined || role >= 40) return;
  const who = facts.user.known ? `@${facts.user.value.username}` : "The token's user";
  throw new UserError(
    'role-too-low',
    `${who} has the role ${roleName(role)} on ${facts.project.path}, and its protection rules are open to Maintainers only.`,
    `Ask a Maintainer to run this, or use the token of one in place of that from ${tokenSource}.`,
  );
}

/** GitLab's name of an access level; levels between two names belong to the lower one. */
export function roleName(level: number): string {
  const names: [number, string][] = [
    [60, 'Administrator'],
    [50, 'Owner'],
    [40, 'Maintainer'],
    [30, 'Developer'],
    [20, 'Reporter'],
    [15, 'Planner'],
    [10, 'Guest'],
  ];
  return names.find(([least]) => level >= least)?.[1] ?? 'No access';
}

async function attemptProject(gitlab: GitLab, path: string): Promise<Project | GitLabError> {
  return gitlab.project(path).catch((error) => {
    if (error instanceof GitLabError) return error;
    throw error;
  });
}

function projectProblem(error: GitLabError, path: string, tokenSource: string, url: string): UserError {
  const problems: Partial<Record<GitLabError['kind'], [code: string, message: string, hint: string]>> = {
    unauthorized: [
      'token-refused',
      `GitLab at ${url} does not know the token from ${tokenSource}.`,
      'Check that the token is complete and belongs to this GitLab, or create a new one with the scope api.',
    ],
    expired: [
      'token-expired',
      `GitLab at ${url} says that the token from ${tokenSource} has expired or was revoked.`,
      'Create a new one with the scope api.',
    ],
    'insufficient-scope': [
      'token-read-only',
      `The token from ${tokenSource} lacks the scope for reading the project.`,
      'Create one with the scope api.',
    ],
    'not-found': [
      'project-not-found',
      `There is no project ${path} at ${url}, or the token from ${tokenSource} may not see it.`,
      "Check the spelling, or name it with '--project group/project'; a path prefix belongs to '--gitlab-url'.",
    ],
    moved: [
      'project-moved',
      `The project ${path} has moved: ${error.message}`,
      "Set the remote to the new address with 'git remote set-url', or give '--project' with the new path.",
    ],
  };
  const [code, message, hint] = problems[error.kind] ?? [
    'gitlab-failed',
    error.message,
    `Check the address ${url} and the network, then run it again.`,
  ];
  return new UserError(code, message, hint, { cause: error });
}

function refuseUnusable(project: Project): void {
  const problem = unusable(project);
  if (problem) throw new UserError(...problem);
}

function unusable(project: Project): [code: string, message: string, hint: string] | undefined {
  const { path, webUrl } = project;
  if (project.archived) {
    return [
      'project-archived',
      `The project ${path} is archived, so nothing in it can change.`,
      `Unarchive it at ${webUrl}/edit.`,
    ];
  }
  if (project.emptyRepository || project.defaultBranch === null) {
    return [
      'project-empty',
      `The project ${path} has no commits yet.`,
      'Push the default branch first, then run it again.',
    ];
  }
  if (project.builds === 'disabled' || project.repository === 'disabled') {
    const hint = `Turn CI/CD on at ${webUrl}/edit under 'Visibility, project features, permissions'.`;
    return ['project-without-ci', `CI/CD is turned off for the project ${path}, so it cannot publish.`, hint];
  }
  return undefined;
}
