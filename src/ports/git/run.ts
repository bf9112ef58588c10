import { execFile } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { UserError } from '../../kernel/errors.ts';
import { findProgram, type ProgramSearch, programFolders } from '../programs.ts';

/** What git needs to be found, configured and run on any system. */
const needed = [
  /^(PATHEXT|HOME|USER|LOGNAME|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES)$/,
  /^(SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|TMPDIR|TMP|TEMP|XDG_CONFIG_HOME|LD_LIBRARY_PATH|DYLD_\w+)$/,
  /^GIT_(DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|\w*OBJECT_DIRECTORIES|OBJECT_DIRECTORY|EXEC_PATH)$/,
  /^GIT_(CONFIG_\w+|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM)$/,
];

/**
 * Git's environment, except for PATH: its configuration and hooks may run arbitrary programs, which must not see the
 * tokens in ours.
 */
export function gitEnvironment(env: Record<string, string | undefined>): Record<string, string | undefined> {
  const entries = Object.entries(env);
  return Object.fromEntries(
    entries.filter(([name]) => needed.some((names) => names.test(name.toUpperCase()))),
  );
}

/** No prompts, fetches or locks, and no programs from the repository's configuration. */
const harmless = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  // The same for git before 2.44: without allowed transports, a partial clone cannot fetch.
  GIT_ALLOW_PROTOCOL: 'none',
};

const settings = ['-c', 'core.fsmonitor=false', '-c', 'safe.bareRepository=explicit'];

/** Some repositories have megabytes of tag names. */
const mostBytes = 64 * 2 ** 20;

/** What git said, or why it said nothing. */
export type GitAnswer = { kind: 'ok'; text: string } | { kind: 'exit'; code: number; stderr: string };

/** Runs one git command. Rejects with a `UserError` if git cannot be run or takes too long. */
export type RunGit = (...args: string[]) => Promise<GitAnswer>;

/** Finds git once, and starts it from its own folder, with the checkout as an argument. */
export function gitRunner(search: ProgramSearch, directory: string, timeout: number): RunGit {
  let found: Promise<{ program: string; path: string }> | undefined;
  return async (...args) => {
    found ??= locateGit(search, directory);
    const { program, path } = await found;
    const env = { ...gitEnvironment(search.env), PATH: path, ...harmless };
    const options = {
      cwd: dirname(program),
      env,
      timeout,
      maxBuffer: mostBytes,
      killSignal: 'SIGKILL',
    } as const;
    return new Promise((resolve, reject) => {
      execFile(program, ['-C', directory, ...settings, ...args], options, (error, stdout, stderr) => {
        if (error === null) return resolve({ kind: 'ok', text: stdout });
        if (typeof error.code === 'number') return resolve({ kind: 'exit', code: error.code, stderr });
        reject(gitProblem(problemOf(error, timeout), directory));
      });
    });
  };
}

async function locateGit(search: ProgramSearch, directory: string) {
  const program = await findProgram('git', search);
  if (program === undefined) throw gitProblem({ kind: 'no-git' }, directory);
  return { program, path: (await programFolders(search)).join(delimiter) };
}

function problemOf(error: Error & { code?: unknown; killed?: boolean }, timeout: number): GitProblem {
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return { kind: 'too-much' };
  if (error.killed) return { kind: 'too-slow', seconds: timeout / 1000 };
  return { kind: 'failed', words: `it could not be run (${String(error.code ?? error.message)}).` };
}

/** Why git could not be run, or failed. */
type GitProblem =
  | { kind: 'no-directory' }
  | { kind: 'no-checkout' }
  /** A bare repository is where the checkout should be; a clone can bring one along. */
  | { kind: 'bare-repository'; path: string }
  | { kind: 'no-git' }
  /**
   * git rejects a repository owned by another user:
   * https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory
   */
  | { kind: 'other-owner'; path: string }
  | { kind: 'too-slow'; seconds: number }
  | { kind: 'too-much' }
  | { kind: 'failed'; words: string };

/** The problem as a sentence, and what to do about it. */
export function gitProblem(problem: GitProblem, directory: string): UserError {
  const [code, message, hint] = wordsOf(problem, directory);
  return new UserError(code, message, hint);
}

const elsewhere = "Run it in a clone of the GitLab project, or name the folder with '--directory DIR'.";

function wordsOf(problem: GitProblem, directory: string): [code: string, message: string, hint: string] {
  switch (problem.kind) {
    case 'no-directory':
      return ['no-directory', `There is no directory ${directory}.`, elsewhere];
    case 'no-checkout':
      return ['no-checkout', `${directory} is not inside a git checkout.`, elsewhere];
    case 'bare-repository':
      return [
        'bare-repository',
        `${problem.path} is a bare git repository, and its configuration is not trusted.`,
        "Run it in a folder of the checkout itself, or name that with '--directory DIR'.",
      ];
    case 'no-git':
      return [
        'no-git',
        'git is not installed, or not in a folder of PATH outside of the checkout.',
        'Install it from https://git-scm.com/downloads, or add its folder to PATH.',
      ];
    case 'other-owner':
      return [
        'checkout-of-another-user',
        `git does not trust ${problem.path}, because the checkout belongs to another user.`,
        `If you trust it, run 'git config --global --add safe.directory ${problem.path}', then try again.`,
      ];
    case 'too-slow':
      return [
        'git-too-slow',
        `git did not answer within ${problem.seconds} s in ${directory}.`,
        "Find out with 'git status' what keeps it; GITLAB_TO_PYPI_TIMEOUT gives it more seconds.",
      ];
    case 'too-much':
      return [
        'git-failed',
        `git's answer in ${directory} is too long to be read.`,
        "Look with 'git tag | wc -c' whether the repository has millions of tags.",
      ];
    case 'failed':
      return [
        'git-failed',
        `git failed in ${directory}: ${problem.words}`,
        "Run 'git status' there; once that works, run this again.",
      ];
  }
}
