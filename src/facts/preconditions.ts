import { refusalText } from '../indexes/project-name.ts';
import { UserError } from '../kernel/errors.ts';
import type { Known } from '../kernel/known.ts';
import { type Source, type Sourced, sourceText } from '../kernel/source.ts';
import type { Project } from '../ports/gitlab.ts';
import type { GitLabError } from '../ports/gitlab-error.ts';
import { workspaceMembers } from '../python/packages.ts';
import type { CheckoutTexts } from './checkout.ts';
import { howToMakeToken, isGitLabCom, scopeFor, type TokenUse, tokenList } from './gitlab-token.ts';
import type { IndexFacts } from './package-index.ts';

/** Why the project could not be read, and what to do about it. */
export function projectProblem(
  error: GitLabError,
  path: string,
  tokenSource: Source,
  url: string,
  use: TokenUse,
): UserError {
  const prefix = isGitLabCom(url) ? '' : "; a path prefix belongs to '--gitlab-url'";
  const problems: Partial<Record<GitLabError['kind'], [code: string, message: string, hint: string]>> = {
    unauthorized: [
      'token-refused',
      tokenSource.by === 'input'
        ? 'GitLab rejected that token.'
        : `GitLab at ${url} rejected the token from ${sourceText(tokenSource)}.`,
      `Check that the token is complete and belongs to this GitLab. ${howToMakeToken(url, use)}`,
    ],
    expired: [
      'token-expired',
      `GitLab at ${url} says that the token from ${sourceText(tokenSource)} has expired or was revoked.`,
      howToMakeToken(url, use),
    ],
    'insufficient-scope': [
      'token-read-only',
      `The project ${path} could not be read with the token from ${sourceText(tokenSource)}: ${error.message}`,
      `Give the token that permission at ${tokenList(url)}, or create one with the scope ${scopeFor(use)}.`,
    ],
    forbidden: [
      'project-forbidden',
      `GitLab at ${url} knows the token from ${sourceText(tokenSource)}, but refuses to show the project ${path}: ${error.message}`,
      'Ask an Owner of the group whether it restricts addresses (IP) or requires single sign-on, or use another token.',
    ],
    'rate-limited': ['rate-limited', error.message, 'Wait a moment, then run it again.'],
    server: [
      'gitlab-failed',
      error.message,
      `GitLab at ${url} has an internal error; run it again when GitLab works again.`,
    ],
    'not-found': [
      'project-not-found',
      `There is no project ${path} at ${url}, or the token from ${sourceText(tokenSource)} may not see it.`,
      `Check the spelling, or name it with '--project group/project'${prefix}.`,
    ],
  };
  const [code, message, hint] = problems[error.kind] ?? [
    'gitlab-failed',
    error.message,
    `Check the address ${url} and the network, then run it again${prefix}.`,
  ];
  return new UserError(code, message, hint, { cause: error });
}

/** Throws a `UserError` for a project in which nothing can be published or changed. */
export function refuseUnusable(project: Project): void {
  const problem = unusable(project);
  if (problem) throw new UserError(...problem);
}

/**
 * Throws a `UserError` if the project has a pipeline that the work tree lacks, as in a sparse checkout or on an old
 * branch: a new file in its place would lose everyone else's jobs.
 */
export function refuseAbsentPipeline(
  path: string,
  tracked: boolean,
  committed: Known<string | undefined>,
  defaultBranch: string | null,
): void {
  if (tracked) {
    throw new UserError(
      'pipeline-not-checked-out',
      `git tracks the pipeline file ${path}, but the work tree does not have it: it was deleted, or left out by a sparse checkout.`,
      `Bring it back with 'git checkout HEAD -- ${path}' (after 'git sparse-checkout add' or 'disable' where it was left out), or commit that it is deleted.`,
    );
  }
  if (committed.known && committed.value !== undefined) {
    throw new UserError(
      'pipeline-not-checked-out',
      `The branch ${defaultBranch} has the pipeline file ${path}, but this checkout does not: its branch is older, or another one.`,
      `Switch to ${defaultBranch} and pull, or merge it into this branch; then run it again.`,
    );
  }
}

/** Throws a `UserError` for the root of a workspace that is no package itself, of which there is nothing to publish. */
export function refuseWorkspaceRoot(texts: CheckoutTexts, directory: string): void {
  const members = workspaceMembers(texts, directory);
  if (members === undefined) return;
  const names = members.map((it) => `${it.name} (${it.directory})`).join(', ');
  const [first] = members;
  if (first === undefined)
    throw new UserError(
      'workspace-root',
      'pyproject.toml says that it describes no package, so there is nothing to publish.',
      "Remove 'package = false' if it should be one, or name the package's folder with '--directory DIR'.",
    );
  throw new UserError(
    'workspace-root',
    `pyproject.toml describes a workspace, not a package; its packages are ${names}.`,
    `Start in one of them, such as '--directory ${first.directory}'. Nothing was changed.`,
  );
}

/** Throws a `UserError` for a name under which PyPI would never create the project, whatever the route. */
export function refuseProjectName(
  { value: name, source }: Sourced<string>,
  { title, nameRefusal }: Pick<IndexFacts, 'title' | 'nameRefusal'>,
): void {
  if (nameRefusal === undefined) return;
  throw new UserError(
    'bad-package-name',
    refusalText(name, nameRefusal, title),
    `This name is from ${sourceText(source)}: choose another one. Nothing was changed.`,
  );
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
