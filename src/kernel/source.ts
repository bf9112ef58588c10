/** Where a value comes from. */
export type Source =
  /** Given on the command line; `name` without the dashes, `no-testpypi` for a switch turned off. */
  | { by: 'option'; name: string }
  /** The user's answer to a question of the wizard. */
  | { by: 'answer' }
  /** In the project's own table of choices; `table` as written there, `[tool.gitlab-to-pypi]`. */
  | { by: 'declared'; path: string; table: string }
  /** Follows from the facts. */
  | { by: 'recommended' }
  /** The fallback; `whose` names its author if it is not this program's. */
  | { by: 'default'; whose?: 'GitLab' | 'Python packaging' }
  /** `path` from the repository root or the Python project's folder; `section` as written there, `[project]`. */
  | { by: 'file'; path: string; section?: string }
  | { by: 'remote'; name: string }
  | { by: 'gitlab'; what: GitLabThing }
  | { by: 'environment'; variable: string }
  /** The configuration of glab, GitLab's own CLI; `path` as shown, with `~`. */
  | { by: 'glab'; path: string }
  /** Typed in at a secret prompt. */
  | { by: 'input' };

/** The thing on GitLab that a value was read from. */
export type GitLabThing =
  | { kind: 'project'; path: string }
  | { kind: 'environments' }
  | { kind: 'protected environment'; name: string }
  | { kind: 'merge request'; iid: number };

/** A value and where it came from. */
export interface Sourced<T> {
  value: T;
  source: Source;
}

/** Read from something on GitLab. */
export const fromGitLab = (what: GitLabThing): Source => ({ by: 'gitlab', what });

/** The user's answer to a question. */
export const answered = <T>(value: T): Sourced<T> => ({ value, source: { by: 'answer' } });

/** Whether the user made this choice in this run, by an option or an answer. */
export const isWish = ({ source: { by } }: Sourced<unknown>): boolean => by === 'option' || by === 'answer';

/** Whether the project itself declares this choice. */
export const isDeclared = ({ source: { by } }: Sourced<unknown>): boolean => by === 'declared';

/** Whether the choice is still the program's own, so worth asking about. */
export const isUndecided = ({ source: { by } }: Sourced<unknown>): boolean =>
  by === 'recommended' || by === 'default';

/** The one place that puts a source into words: `git remote origin`, `--route`, `pyproject.toml [project]`. */
export function sourceText(source: Source): string {
  switch (source.by) {
    case 'option':
      return `--${source.name}`;
    case 'answer':
      return 'your answer';
    case 'declared':
      return `${source.path} ${source.table}`;
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
    case 'merge request':
      return `GitLab, merge request !${what.iid}`;
  }
}
