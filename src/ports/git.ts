import { realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type GitAnswer, gitProblem, gitRunner, type RunGit } from './git/run.ts';

/**
 * The git checkout, read-only: the tool never commits, fetches or configures. Every method rejects with a `UserError`
 * if git cannot be run, takes too long or fails.
 */
export interface Git {
  /** The repository's root folder. */
  root(): Promise<string>;
  /** Remote names with their (first) fetch URL. */
  remotes(): Promise<{ name: string; url: string }[]>;
  /** The remote that the current branch tracks. */
  trackedRemote(): Promise<string | undefined>;
  /** The current branch; undefined for a detached HEAD. */
  branch(): Promise<string | undefined>;
  /** The id of the current commit; undefined before the first one. */
  head(): Promise<string | undefined>;
  /** Names of all local branches. */
  branches(): Promise<string[]>;
  /** Names of all tags, newest first. */
  tags(): Promise<string[]>;
  /** Whether any tag is annotated: these go before lightweight ones where git looks for the nearest tag. */
  hasAnnotatedTags(): Promise<boolean>;
  /**
   * The paths (from the root) that differ between HEAD and a remote's branch as last fetched; undefined if it never was.
   */
  unpushed(remote: string, branch: string, paths: string[]): Promise<string[] | undefined>;
  /** The parents of the last commit that changed a line with a (POSIX) pattern in these files (from the root). */
  beforeLastChange(pattern: string, paths: string[]): Promise<string[]>;
  /** The paths (from the root) that have uncommitted changes or are untracked. */
  changed(paths: string[]): Promise<string[]>;
  /**
   * Whether a file (from the root) belongs to the checkout: in the index or in HEAD, even if it is missing elsewhere.
   */
  isTracked(path: string): Promise<boolean>;
  /** The paths of all tracked files, from the root. */
  tracked(): Promise<string[]>;
  /** A content by its id, or undefined if the checkout does not have it, or it is not text. */
  blob(id: string): Promise<string | undefined>;
  /** Whether what is checked out contains a commit. */
  contains(sha: string): Promise<boolean>;
  /** The text of a file (from the root) at a commit or 'HEAD', or undefined if the checkout does not have it. */
  textAt(sha: string, path: string): Promise<string | undefined>;
}

/** Options for opening git. */
export interface GitOptions {
  directory: string;
  env: Record<string, string | undefined>;
  platform: NodeJS.Platform;
  /** Milliseconds per command. */
  timeout: number;
}

/** Opens git in a folder, using the `git` command. Rejects with a `UserError` outside a checkout. */
export async function openGit({ directory, env, platform, timeout }: GitOptions): Promise<Git> {
  const around = await checkoutAround(directory);
  // As in a hook, where git itself says which repository it is.
  if (around === undefined && !env.GIT_DIR) throw gitProblem({ kind: 'no-checkout' }, directory);
  return gitIn(gitRunner({ env, platform, outside: around ?? directory }, directory, timeout), directory);
}

function gitIn(run: RunGit, directory: string): Git {
  /** The output; undefined for an exit code that merely means "nothing found". */
  const git = async (args: string[], nothing: (answer: Failed) => boolean = () => false) => {
    const answer = await run(...args);
    if (answer.kind === 'ok') return answer.text;
    if (nothing(answer)) return undefined;
    throw problemOf(answer, directory);
  };
  const line = (args: string[]) => git(args, isNone).then((text) => text?.trim() || undefined);
  const branch = () => line(['symbolic-ref', '--short', '-q', 'HEAD']);
  const root = async () => ((await git(['rev-parse', '--show-toplevel'])) ?? '').replace(/\r?\n$/, '');
  // A name with NUL cannot be passed to a program, and no file has one.
  const possible = (paths: string[]) => paths.filter((path) => !path.includes('\0'));
  return {
    root,
    remotes: async () => parseRemotes((await git(['config', '-z', '--get-regexp', remoteUrl], isNone)) ?? ''),
    trackedRemote: async () => {
      const name = await branch();
      return name && (await line(['config', `branch.${name}.remote`]));
    },
    branch,
    head: async () =>
      (await git(['rev-parse', '--verify', '--quiet', 'HEAD'], () => true))?.trim() || undefined,
    branches: async () =>
      ((await git(['for-each-ref', '--format=%(refname:strip=2)', 'refs/heads'])) ?? '')
        .split('\n')
        .filter(Boolean),
    tags: async () =>
      ((await git(['tag', '--list', '--sort=-creatordate'])) ?? '').split('\n').filter(Boolean),
    hasAnnotatedTags: async () =>
      ((await git(['for-each-ref', '--format=%(objecttype)', 'refs/tags'])) ?? '')
        .split('\n')
        .includes('tag'),
    unpushed: async (remote, name, paths) => {
      const known = possible(paths);
      const diff = ['diff', '--name-only', '-z', '--no-ext-diff', `refs/remotes/${remote}/${name}`, 'HEAD'];
      const options = ['-C', await root(), '--literal-pathspecs'];
      const found = await git([...options, ...diff, '--', ...known], () => true);
      return found?.split('\0').filter(Boolean);
    },
    beforeLastChange: async (pattern, paths) => {
      const options = ['-C', await root(), '--literal-pathspecs'];
      const log = ['log', '-1', '--format=%P', '--no-ext-diff', '--no-textconv', `-G${pattern}`];
      const found = await git([...options, ...log, '--', ...possible(paths)], () => true);
      return (found ?? '').split(/\s+/).filter(Boolean);
    },
    changed: async (paths) => {
      const known = possible(paths);
      if (known.length === 0) return [];
      const options = ['-C', await root(), '--literal-pathspecs'];
      const status = await git([...options, 'status', '--porcelain', '-z', '--', ...known]);
      return parseStatus(status ?? '', paths);
    },
    isTracked: async (path) => {
      if (possible([path]).length === 0) return false;
      // Either may be missing: HEAD before the first commit, the file in either of them.
      const objects = [`:0:${path}`, `HEAD:${path}`].map((name) =>
        git(['rev-parse', '--verify', '--quiet', name], () => true),
      );
      return (await Promise.all(objects)).some((object) => object !== undefined);
    },
    // Anything but a commit id could be mistaken for an option.
    tracked: async () =>
      ((await git(['-C', await root(), 'ls-files', '-z'])) ?? '').split('\0').filter(Boolean),
    blob: async (id) => {
      const text = /^[0-9a-f]{40,64}$/.test(id) ? await git(['cat-file', 'blob', id], () => true) : undefined;
      // What is not UTF-8 has been replaced by these.
      return text?.includes('\ufffd') ? undefined : text;
    },
    contains: async (sha) =>
      /^[0-9a-f]{40,64}$/.test(sha) &&
      (await git(['merge-base', '--is-ancestor', sha, 'HEAD'], () => true)) !== undefined,
    textAt: async (sha, path) =>
      /^(?:HEAD|[0-9a-f]{40,64})$/.test(sha)
        ? git(['cat-file', 'blob', `${sha}:${path}`], () => true)
        : undefined,
  };
}

type Failed = Extract<GitAnswer, { kind: 'exit' }>;

/** git's way of saying "nothing found". */
const isNone = ({ code }: Failed) => code === 1;

function problemOf({ stderr, code }: Failed, directory: string) {
  const words = stderr.trim().split('\n')[0] ?? '';
  const [, owned] = /(?:dubious ownership in|unsafe) repository(?: at)? \(?'([^']+)'/.exec(stderr) ?? [];
  if (owned !== undefined) return gitProblem({ kind: 'other-owner', path: owned }, directory);
  const [, bare] = /cannot use bare repository '([^']+)'/.exec(stderr) ?? [];
  if (bare !== undefined) return gitProblem({ kind: 'bare-repository', path: bare }, directory);
  if (/must be run in a work tree/.test(stderr))
    return gitProblem({ kind: 'bare-repository', path: directory }, directory);
  if (/not a git repository/i.test(stderr)) return gitProblem({ kind: 'no-checkout' }, directory);
  return gitProblem({ kind: 'failed', words: words || `it ended with the exit code ${code}.` }, directory);
}

const remoteUrl = '^remote\\..*\\.url$';

/** Entries end with NUL; the first line break ends the name. */
function parseRemotes(config: string): { name: string; url: string }[] {
  const remotes = new Map<string, string>();
  for (const entry of config.split('\0')) {
    const [, name, url] = /^remote\.([^\n]+)\.url\n([^\n]*)$/.exec(entry) ?? [];
    if (name && url !== undefined && !remotes.has(name)) remotes.set(name, url);
  }
  return [...remotes].map(([name, url]) => ({ name, url }));
}

function parseStatus(status: string, paths: string[]): string[] {
  const lines = status.split('\0').filter(Boolean);
  return paths.filter((path) => lines.some((line) => line.slice(3) === path));
}

/**
 * The folder with the checkout's `.git`, as git itself would find it; undefined if there is none. Throws a `UserError`
 * for a missing directory, and for a bare repository on the way, which a clone can bring along in a subfolder,
 * configuration and all.
 */
async function checkoutAround(directory: string): Promise<string | undefined> {
  const start = await realPathOf(directory);
  if (start === undefined || !(await isFolder(start))) throw gitProblem({ kind: 'no-directory' }, directory);
  for (let folder = start; ; folder = dirname(folder)) {
    if (await isRepository(join(folder, '.git'))) return folder;
    if (await isBare(folder)) throw gitProblem({ kind: 'bare-repository', path: folder }, directory);
    if (folder === dirname(folder)) return undefined;
  }
}

/** The path without links; undefined if there is nothing. A bug must not read as a missing directory. */
async function realPathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}

/** A git folder, or the file with which a worktree or submodule points to one. */
async function isRepository(path: string): Promise<boolean> {
  return (await isFile(path)) || (await isFile(join(path, 'HEAD')));
}

async function isBare(folder: string): Promise<boolean> {
  const parts = [
    isFile(join(folder, 'HEAD')),
    isFolder(join(folder, 'objects')),
    isFolder(join(folder, 'refs')),
  ];
  return (await Promise.all(parts)).every(Boolean);
}

const isFile = (path: string) =>
  stat(path).then(
    (it) => it.isFile(),
    () => false,
  );
const isFolder = (path: string) =>
  stat(path).then(
    (it) => it.isDirectory(),
    () => false,
  );
