/** Where a value comes from. */
export type Source =
  /** Given on the command line; `name` without the dashes, `no-testpypi` for a switch that was turned off. */
  | { by: 'option'; name: string }
  /** The user's answer to a question of the wizard. */
  | { by: 'answer' }
  /** Written in the project's own table `[tool.gitlab-to-pypi]`. */
  | { by: 'declared' }
  /** Follows from the facts. */
  | { by: 'recommended' }
  /** Taken where nothing says otherwise; `whose` default, where it is not this program's own. */
  | { by: 'default'; whose?: 'GitLab' | 'Python packaging' }
  /** `path` from the repository's root or the Python project's folder; `section` as it stands there, `[project]`. */
  | { by: 'file'; path: string; section?: string }
  | { by: 'remote'; name: string }
  | { by: 'gitlab'; what: GitLabThing }
  | { by: 'environment'; variable: string }
  /** The configuration of glab, GitLab's own command line; `path` as shown, with `~`. */
  | { by: 'glab'; path: string }
  /** Typed in where a secret was asked for. */
  | { by: 'input' };

/** What on GitLab a value was read from. */
export type GitLabThing =
  | { kind: 'project'; path: string }
  | { kind: 'environments' }
  | { kind: 'protected environment'; name: string };

/** A value together with where it came from. */
export interface Sourced<T> {
  value: T;
  source: Source;
}

/** Read from something on GitLab. */
export const fromGitLab = (what: GitLabThing): Source => ({ by: 'gitlab', what });

/** What the user said in answer to a question. */
export const answered = <T>(value: T): Sourced<T> => ({ value, source: { by: 'answer' } });

/** Whether a choice is the user's own in this run, by an option or an answer. */
export const isWish = ({ source: { by } }: Sourced<unknown>): boolean => by === 'option' || by === 'answer';

/** Whether a choice is still the program's own, so that it is worth a question. */
export const isUndecided = ({ source: { by } }: Sourced<unknown>): boolean =>
  by === 'recommended' || by === 'default';

/** The one place where a source is put into words: `git remote origin`, `--route`, `pyproject.toml [project]`. */
export function sourceText(source: Source): string {
  switch (source.by) {
    case 'option':
      return `--${source.name}`;
    case 'answer':
      return 'your answer';
    case 'declared':
      return 'pyproject.toml [tool.gitlab-to-pypi]';
    case 'recommended':
      return 'recommended';
    case 'default':
      return defaultText(source.whose);
    case 'file':
      return source.section === undefined ? source.path : `${source.path} ${source.section}`;
    case 'remote':
      return `git remote ${source.name}`;
    case 'gitlab':
      return gitlabText(source.what);
    case 'environment':
      return source.variable;
    case 'glab':
      return `glab (${source.path})`;
    case 'input':
      return 'your input';
  }
}

function defaultText(whose: 'GitLab' | 'Python packaging' | undefined): string {
  if (whose === 'GitLab') return "GitLab's default";
  return whose === undefined ? 'default' : 'default, nothing else is said';
}

function gitlabText(what: GitLabThing): string {
  switch (what.kind) {
    case 'project':
      return `GitLab project ${what.path}`;
    case 'environments':
      return 'GitLab, environments';
    case 'protected environment':
      return `GitLab, protected environment ${what.name}`;
  }
}
