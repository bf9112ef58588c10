import type { Git } from '../ports/git.ts';
import { readPythonProject } from '../python/python-project.ts';
import { type Checkout, inDirectory } from './checkout.ts';
import { parseRemote } from './remote.ts';

/** Where the checkout stands, as far as pushing and tagging depend on it. */
export interface Repository {
  /** The remote that is the GitLab project. */
  remote: string;
  /** The current branch; undefined for a detached HEAD. */
  branch: string | undefined;
  /** Names of all local branches. */
  branches: string[];
  /** Files that differ between HEAD and the remote's default branch as last fetched; undefined if it never was. */
  unpushed: string[] | undefined;
  annotatedTags: boolean;
  /** The version that the project's files had before it was taken from git; undefined if they still have one. */
  earlierVersion: string | undefined;
}

/** The files with the project's version, relative to its folder. */
const versionFiles = ['pyproject.toml', 'setup.cfg', 'setup.py'] as const;

/** What to read: the files that matter (from the root), and whether the earlier version is needed. */
interface Wanted {
  defaultBranch: string | null;
  paths: string[];
  looksBack: Promise<boolean>;
}

/** Reads it from git. */
export async function readRepository(
  git: Git,
  checkout: Checkout,
  { defaultBranch, paths, looksBack }: Wanted,
): Promise<Repository> {
  const remote = await remoteOf(git, checkout);
  const [branch, branches, unpushed, annotatedTags, earlierVersion] = await Promise.all([
    git.branch(),
    git.branches(),
    defaultBranch === null ? undefined : git.unpushed(remote, defaultBranch, paths),
    git.hasAnnotatedTags(),
    // Only a proposal depends on it, so a history that cannot be searched in time does not matter.
    looksBack
      .then((looks) => (looks ? versionBefore(git, checkout.directory) : undefined))
      .catch(() => undefined),
  ]);
  return { remote, branch, branches, unpushed, annotatedTags, earlierVersion };
}

/** The remote that the project was read from, else the one with its path. */
async function remoteOf(git: Git, { projectPath, gitlabUrl }: Checkout): Promise<string> {
  if (projectPath.source.by === 'remote') return projectPath.source.name;
  const host = new URL(gitlabUrl.value).hostname;
  const isProject = (url: string) => {
    const remote = parseRemote(url);
    const path = remote?.path.toLowerCase();
    return (
      remote?.host.replace(/:\d+$/, '') === host &&
      (path === projectPath.value.toLowerCase() || path?.endsWith(`/${projectPath.value.toLowerCase()}`))
    );
  };
  return (await git.remotes()).find(({ url }) => isProject(url))?.name ?? 'origin';
}

/** Looks at the last commit, for an edit that is not committed yet, and around the last change of a version. */
async function versionBefore(git: Git, directory: string): Promise<string | undefined> {
  const paths = versionFiles.map((name) => inDirectory(directory, name));
  const before = await git.beforeLastChange('^[[:space:]]*version[[:space:]]*=', paths);
  for (const commit of ['HEAD', ...before]) {
    const texts = await Promise.all(paths.map((path) => git.textAt(commit, path)));
    const version = writtenIn(Object.fromEntries(versionFiles.map((name, index) => [name, texts[index]])));
    if (version !== undefined) return version;
  }
  return undefined;
}

function writtenIn(files: Parameters<typeof readPythonProject>[0]): string | undefined {
  try {
    return readPythonProject(files).writtenVersion;
  } catch {
    // An earlier state of the files may be no project, or broken.
    return undefined;
  }
}
