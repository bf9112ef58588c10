import { isProjectName, nameRefusal, normalized } from './names.ts';
import type { IndexState, PendingPublisher, PublisherState } from './state.ts';

/** What PyPI's form finds wrong: next to a field, or (for the environment) only at the top of the page. */
export interface Verdict {
  fields: Partial<Record<'projectName' | 'namespace' | 'project' | 'workflowFilepath', string>>;
  page: string[];
}

/** The rules of `warehouse/oidc/forms/gitlab.py`; a missing environment means any of them. */
function formVerdict(publisher: PublisherState): Verdict {
  const { namespace, project, workflowFilepath, environment } = publisher;
  const fields = withoutNothing({
    namespace:
      namespace === ''
        ? 'Specify GitLab namespace (username or group/subgroup)'
        : isOddPath(namespace, /^[a-z0-9][-a-z0-9_./+]*[a-z0-9]$/i)
          ? 'Invalid GitLab username or group/subgroup name.'
          : undefined,
    project:
      project === ''
        ? 'Specify GitLab project name'
        : isOddPath(project, /^[a-z0-9][-a-z0-9_.]*[a-z0-9]$/i)
          ? 'Invalid GitLab project name'
          : undefined,
    workflowFilepath: workflowRefusal(workflowFilepath),
  });
  const odd = environment !== '' && !/^[-a-zA-Z0-9_/${} ]+$/.test(environment);
  return { fields, page: odd ? [notRegistered] : [] };
}

const notRegistered = 'The trusted publisher could not be registered';

/** The verdict on the page of a project. */
export function registrationVerdict(publisher: PublisherState, existing: PublisherState[]): Verdict {
  const verdict = formVerdict(publisher);
  if (isAccepted(verdict) && existing.some((it) => isSame(it, publisher)))
    return { ...verdict, page: ['This publisher is registered already.'] };
  return verdict;
}

/** The verdict on the page of pending publishers. */
export function pendingVerdict(state: IndexState, pending: PendingPublisher): Verdict {
  const verdict = formVerdict(pending);
  const name = projectNameRefusal(state, pending.projectName);
  if (name !== undefined) verdict.fields.projectName = name;
  if (!isAccepted(verdict)) return verdict;
  if (state.pendingPublishers.length >= 3)
    return { ...verdict, page: ["You can't register more than 3 pending trusted publishers at once."] };
  const taken = state.pendingPublishers.find((it) => isSame(it, pending));
  if (!taken) return verdict;
  const isOther = normalized(taken.projectName) !== normalized(pending.projectName);
  return { ...verdict, page: [isOther ? registeredForOther : registeredAlready] };
}

const registeredForOther =
  'A pending trusted publisher matching this configuration has already been registered for a different project name';
const registeredAlready = 'This publisher has already been registered in your account.';

/** Whether nothing is wrong. */
export function isAccepted({ fields, page }: Verdict): boolean {
  return page.length === 0 && Object.keys(fields).length === 0;
}

/** Also rejected: two of `.`, `_`, `-` in a row, and names ending in `.git` or `.atom` (case-insensitively). */
function isOddPath(path: string, pattern: RegExp): boolean {
  return !pattern.test(path) || /[-._]{2}/.test(path) || /\.(?:git|atom)$/i.test(path);
}

function workflowRefusal(path: string): string | undefined {
  if (path === '') return 'Specify top-level pipeline file path';
  if (!path.endsWith('.yml') && !path.endsWith('.yaml'))
    return 'Top-level pipeline file path must end with .yml or .yaml';
  return path.startsWith('/') ? 'Top-level pipeline file path cannot start or end with /' : undefined;
}

function projectNameRefusal(state: IndexState, name: string): string | undefined {
  if (name === '') return 'Specify project name';
  if (!isProjectName(name)) return 'Invalid project name';
  const existing = state.projects.find((it) => normalized(it.name) === normalized(name));
  if (existing?.owners.includes(state.user))
    return `This project already exists: use the project's publishing settings at /manage/project/${existing.name}/settings/publishing/ to create a Trusted Publisher for it.`;
  switch (nameRefusal(state, name)) {
    case 'existing':
      return 'This project already exists.';
    case 'prohibited':
      return "This project name isn't allowed";
    case 'standard-library':
      return "This project name isn't allowed (conflict with the Python standard library module name)";
    case 'similar':
      return 'This project name is too similar to an existing project';
    default:
      return undefined;
  }
}

/** Publishers that differ only in case are different here, although case is ignored when matching a token. */
function isSame(one: PublisherState, other: PublisherState): boolean {
  return (
    one.namespace === other.namespace &&
    one.project === other.project &&
    one.workflowFilepath === other.workflowFilepath &&
    one.environment === other.environment
  );
}

function withoutNothing<K extends string>(fields: Record<K, string | undefined>): Partial<Record<K, string>> {
  const entries = Object.entries(fields).filter(([, problem]) => problem !== undefined);
  return Object.fromEntries(entries) as Partial<Record<K, string>>;
}
