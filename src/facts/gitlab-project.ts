import { reasonOf, UserError } from '../kernel/errors.ts';
import { type Known, known, unknown } from '../kernel/known.ts';
import type { Source, Sourced } from '../kernel/source.ts';
import type { Git } from '../ports/git.ts';
import type {
  Environment,
  GitLab,
  Member,
  Project,
  ProtectedBranch,
  ProtectedEnvironment,
  ProtectedTag,
  Server,
  TokenInfo,
  User,
} from '../ports/gitlab.ts';
import { GitLabError } from '../ports/gitlab-error.ts';
import type { Branch, MergeRequest } from '../ports/gitlab-repository.ts';
import type { Variable } from '../ports/gitlab-variables.ts';
import { PackageIndexError } from '../ports/package-index.ts';
import type { Checkout } from './checkout.ts';
import { deliveryBranch } from './delivery.ts';
import { type TokenUse, tokenProblem } from './gitlab-token.ts';
import { movedProblem } from './moved-project.ts';
import { projectProblem, refuseUnusable } from './preconditions.ts';

/** The GitLab project as it is now. */
export interface GitLabFacts {
  url: Sourced<string>;
  /** Where the token was found; never the token itself. */
  tokenSource: Source;
  token: Known<TokenInfo>;
  user: Known<User>;
  server: Known<Server>;
  project: Project;
  members: Known<Member[]>;
  environments: Known<Environment[]>;
  protectedEnvironments: Known<ProtectedEnvironment[]>;
  /** Protections of the groups above the project, which apply on top; empty if not licensed. */
  groupProtections: GroupProtection[];
  protectedTags: Known<ProtectedTag[]>;
  protectedBranches: Known<ProtectedBranch[]>;
  variables: Known<Variable[]>;
  /** Variables of each group above the project, which most tokens may not read. */
  groupVariables: { path: string; variables: Known<Variable[]> }[];
  /** Those of the whole instance, which only its administrators may read; unknown to everybody else. */
  instanceVariables: Known<Variable[]>;
  /** The default branch; the value is undefined if GitLab has none of that name. */
  defaultBranch: Known<Branch | undefined>;
  /** Merge requests of earlier runs, newest first. */
  mergeRequests: Known<MergeRequest[]>;
  /** The pipeline file on the default branch; the value is undefined if there is none. */
  committedPipeline: Known<string | undefined>;
}

/** The protections of one group. Its environments are named by tier, and only the group's Owners can read them. */
export interface GroupProtection {
  group: string;
  environments: Known<ProtectedEnvironment[]>;
}

/** The result of the first round of requests. */
export type GitLabIdentity = Pick<GitLabFacts, 'token' | 'user' | 'server' | 'project'>;

/** Reads a value, or the reason why it cannot be read. A bug of this program is no such reason, and is thrown on. */
export function attempt<T>(work: Promise<T>): Promise<Known<T>> {
  return work.then(known, (error) => {
    const isExpected =
      error instanceof GitLabError || error instanceof PackageIndexError || error instanceof UserError;
    if (!isExpected) throw error;
    return unknown(reasonOf(error));
  });
}

/** What the first round of requests needs. */
interface IdentitySources {
  gitlab: GitLab;
  git: Git;
  checkout: Pick<Checkout, 'projectPath'>;
  tokenSource: Source;
  use: TokenUse;
  platform: NodeJS.Platform;
}

/** Token, user and project, in parallel. Throws a `UserError` if the project cannot be used at all. */
export async function readIdentity(sources: IdentitySources): Promise<GitLabIdentity> {
  const { gitlab, tokenSource, use } = sources;
  const path = sources.checkout.projectPath.value;
  const [project, token, user, server] = await Promise.all([
    attemptProject(gitlab, path),
    attempt(gitlab.token()),
    attempt(gitlab.currentUser()),
    attempt(gitlab.server()),
  ]);
  const problem = token.known
    ? tokenProblem(token.value, new Date(), tokenSource, gitlab.url, use)
    : undefined;
  if (problem) throw problem;
  if (project instanceof GitLabError) {
    if (project.kind === 'moved') throw await movedProblem(project, sources);
    throw projectProblem(project, path, tokenSource, gitlab.url, use);
  }
  refuseUnusable(project);
  return { project, token, user, server };
}

/** Everything else about the project, in parallel. What cannot be read is unknown, with the reason. */
export async function readProject(
  gitlab: GitLab,
  { project, user }: Pick<GitLabIdentity, 'project' | 'user'>,
  committed: Promise<GitLabFacts['committedPipeline']>,
): Promise<Omit<GitLabFacts, 'url' | 'tokenSource' | keyof GitLabIdentity>> {
  const { id } = project;
  const branch = project.defaultBranch ?? 'HEAD';
  const entries = await Promise.all([
    attempt(gitlab.members(id)),
    attempt(gitlab.environments(id)),
    attempt(protectedEnvironments(gitlab, id)),
    attempt(gitlab.protectedTags(id)),
    attempt(gitlab.protectedBranches(id)),
    attempt(gitlab.variables(id)),
    readGroupVariables(gitlab, project),
    readInstanceVariables(gitlab, user),
    committed,
    readGroupProtections(gitlab, project),
    attempt(gitlab.branch(id, branch)),
    attempt(gitlab.mergeRequests(id, deliveryBranch, branch)),
  ]);
  const [
    members,
    environments,
    protectedEnvs,
    protectedTags,
    protectedBranches,
    variables,
    groupVariables,
    instanceVariables,
    committedPipeline,
    groupProtections,
    defaultBranch,
    mergeRequests,
  ] = entries;
  return {
    members,
    environments,
    protectedEnvironments: protectedEnvs,
    groupProtections,
    protectedTags,
    protectedBranches,
    variables,
    groupVariables,
    instanceVariables,
    committedPipeline,
    defaultBranch,
    mergeRequests,
  };
}

/** Nobody but an administrator is asked, as nobody else may know. */
async function readInstanceVariables(gitlab: GitLab, user: Known<User>): Promise<Known<Variable[]>> {
  if (!user.known || !user.value.admin) return unknown('Only administrators can read them.');
  return attempt(gitlab.instanceVariables());
}

/** All groups in parallel: their paths are prefixes of the project's path. */
async function readGroupVariables(gitlab: GitLab, { path, namespaceKind }: Project) {
  const names = namespaceKind === 'group' ? path.split('/').slice(0, -1) : [];
  const paths = names.map((_, index) => names.slice(0, index + 1).join('/'));
  return Promise.all(
    paths.map(async (group) => ({
      path: group,
      variables: await attempt(gitlab.groupVariables(group)),
    })),
  );
}

/** Protections of every group above the project; each applies on top of the project's own. */
async function readGroupProtections(gitlab: GitLab, project: Project): Promise<GroupProtection[]> {
  if (!project.protectedEnvironmentsLicensed || project.namespaceKind === 'user') return [];
  const names = project.path.split('/').slice(0, -1);
  const groups = names.map((_, index) => names.slice(0, index + 1).join('/'));
  return Promise.all(
    groups.map(async (group) => ({
      group,
      environments: await attempt(gitlab.groupProtectedEnvironments(group)),
    })),
  );
}

/** Community Edition lacks this endpoint, which amounts to having none. */
export async function protectedEnvironments(gitlab: GitLab, id: number): Promise<ProtectedEnvironment[]> {
  return gitlab.protectedEnvironments(id).catch((error) => {
    if (error instanceof GitLabError && error.kind === 'no-route') return [];
    throw error;
  });
}

async function attemptProject(gitlab: GitLab, path: string): Promise<Project | GitLabError> {
  return gitlab.project(path).catch((error) => {
    if (error instanceof GitLabError) return error;
    throw error;
  });
}

/** An environment's protection, if any. */
export function protectedAs(
  { protectedEnvironments }: Pick<GitLabFacts, 'protectedEnvironments'>,
  environment: string,
): ProtectedEnvironment | undefined {
  return protectedEnvironments.known
    ? protectedEnvironments.value.find(({ name }) => name === environment)
    : undefined;
}
