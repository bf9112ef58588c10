import { UserError } from '../kernel/errors.ts';
import { quote } from '../kernel/quote.ts';
import type { Git } from '../ports/git.ts';
import type { GitLab } from '../ports/gitlab.ts';
import { GitLabError } from '../ports/gitlab-error.ts';
import type { Checkout } from './checkout.ts';
import { addressWithPath } from './remote.ts';

/** Where the project's address comes from, and where it may lead. */
interface Origin {
  checkout: Pick<Checkout, 'projectPath'>;
  git: Git;
  gitlab: GitLab;
  platform: NodeJS.Platform;
}

/** Says where a project has moved, and how the remote follows: GitLab redirects reads to its id, and refuses writes. */
export async function movedProblem(error: GitLabError, origin: Origin): Promise<UserError> {
  const { value: before, source } = origin.checkout.projectPath;
  const path = await newPath(error, origin.gitlab);
  if (path === undefined)
    return new UserError(
      'project-moved',
      `The project ${before} has moved: ${error.message}`,
      "Set the remote to the new address with 'git remote set-url', or give '--project' with the new path.",
      { cause: error },
    );
  const command = source.by === 'remote' ? await setUrl(origin, source.name, path) : undefined;
  const hint =
    command === undefined
      ? `Give its new path: --project ${quote(path, origin.platform)}`
      : `Set the remote to its new address, then run this again: ${command}`;
  return new UserError('project-moved', `The project ${before} has moved to ${path}.`, hint, {
    cause: error,
  });
}

async function newPath({ movedTo }: GitLabError, gitlab: GitLab): Promise<string | undefined> {
  if (movedTo === undefined) return undefined;
  try {
    return (await gitlab.project(movedTo)).path;
  } catch (error) {
    if (!(error instanceof GitLabError)) throw error;
    return undefined;
  }
}

async function setUrl({ checkout, git, platform }: Origin, remote: string, path: string) {
  const url = (await git.remotes()).find(({ name }) => name === remote)?.url ?? '';
  const address = addressWithPath(url, checkout.projectPath.value, path);
  if (address === undefined) return undefined;
  return `git remote set-url ${quote(remote, platform)} ${quote(address, platform)}`;
}
