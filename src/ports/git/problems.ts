import { UserError } from '../../kernel/errors.ts';

/** Why git could not be run, or failed. */
export type GitProblem =
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
