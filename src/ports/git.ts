import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The git checkout, read only: the tool never commits, fetches or configures. */
export interface Git {
  /** The repository's top folder, or undefined outside of a work tree or without git. */
  root(): Promise<string | undefined>;
  /** Remote names with their (first) fetch address. */
  remotes(): Promise<{ name: string; url: string }[]>;
  /** The remote that the current branch tracks. */
  trackedRemote(): Promise<string | undefined>;
  /** The names of all tags, the newest first. */
  tags(): Promise<string[]>;
  /** Those of the paths (from the root) that have uncommitted changes or are not tracked. */
  changed(paths: string[]): Promise<string[]>;
  /** The text of a file (from the root) at a commit, or undefined where the checkout has not got it. */
  textAt(sha: string, path: string): Promise<string | undefined>;
}

/** What git is found, configured and run by on the systems there are. */
const needed = [
  /^(PATH|PATHEXT|HOME|USER|LOGNAME|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES)$/,
  /^(SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|TMPDIR|TMP|TEMP|XDG_CONFIG_HOME|LD_LIBRARY_PATH|DYLD_\w+)$/,
  /^GIT_(DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|\w*OBJECT_DIRECTORIES|OBJECT_DIRECTORY|EXEC_PATH)$/,
  /^GIT_(CONFIG_\w+|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM)$/,
];

/**
 * The environment that git gets: its configuration and its hooks may name programs of any sort, which have no business
 * with the tokens there.
 */
export function gitEnvironment(env: Record<string, string | undefined>): Record<string, string | undefined> {
  const entries = Object.entries(env);
  return Object.fromEntries(
    entries.filter(([name]) => needed.some((names) => names.test(name.toUpperCase()))),
  );
}

/** Git as the `git` command answers in a folder. */
export function openGit(directory: string, env: Record<string, string | undefined>): Git {
  const options = { cwd: directory, env: { ...gitEnvironment(env), LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' } };
  const git = async (...args: string[]) => {
    try {
      return (await run('git', args, options)).stdout;
    } catch {
      return undefined;
    }
  };
  return {
    root: async () => (await git('rev-parse', '--show-toplevel'))?.replace(/\r?\n$/, ''),
    remotes: async () => parseRemotes((await git('config', '--get-regexp', '^remote\\..*\\.url$')) ?? ''),
    trackedRemote: async () => {
      const branch = (await git('symbolic-ref', '--short', '-q', 'HEAD'))?.trim();
      return branch ? (await git('config', `branch.${branch}.remote`))?.trim() : undefined;
    },
    tags: async () => ((await git('tag', '--list', '--sort=-creatordate')) ?? '').split('\n').filter(Boolean),
    changed: async (paths) => {
      const status = await git('--literal-pathspecs', 'status', '--porcelain', '-z', '--', ...paths);
      return parseStatus(status ?? '', paths);
    },
    // What is no number of a commit could be taken for an option.
    textAt: async (sha, path) =>
      /^[0-9a-f]{40,64}$/.test(sha) ? git('cat-file', 'blob', `${sha}:${path}`) : undefined,
  };
}

function parseRemotes(config: string): { name: string; url: string }[] {
  const found = config.matchAll(/^remote\.(.+)\.url (.+)$/gm);
  const remotes = new Map<string, string>();
  for (const [, name = '', url = ''] of found) if (!remotes.has(name)) remotes.set(name, url);
  return [...remotes].map(([name, url]) => ({ name, url }));
}

function parseStatus(status: string, paths: string[]): string[] {
  const lines = status.split('\0').filter(Boolean);
  return paths.filter((path) => lines.some((line) => line.slice(3) === path));
}
