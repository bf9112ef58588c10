import { escapeHtml } from '../html.ts';
import { isProjectName, nameRefusal, normalized } from './names.ts';
import type { IndexState, PendingPublisher, PublisherState } from './state.ts';

/** The GitLab form with its input and errors. */
export interface Form {
  fields: PendingPublisher;
  errors: Partial<Record<keyof PendingPublisher, string>>;
  /** Only the form for a project that does not exist yet asks for its name. */
  asksName: boolean;
  action: string;
}

interface Field {
  name: string;
  label: string;
  placeholder: string;
  help: string;
}

/** In the order and with the names of `warehouse/templates/manage/project/publishing.html` in pypi/warehouse. */
const formFields: Record<keyof PendingPublisher, Field> = {
  projectName: {
    name: 'project_name',
    label: 'PyPI Project Name',
    placeholder: 'project name',
    help: 'The project that the first upload makes',
  },
  namespace: {
    name: 'namespace',
    label: 'Namespace',
    placeholder: 'namespace',
    help: 'The user or the group/subgroup on GitLab',
  },
  project: {
    name: 'project',
    label: 'Project name',
    placeholder: 'project',
    help: 'The GitLab project with the pipeline',
  },
  workflowFilepath: {
    name: 'workflow_filepath',
    label: 'Top-level pipeline file path',
    placeholder: '.gitlab-ci.yml',
    help: 'Relative to the top of that project',
  },
  environment: {
    name: 'environment',
    label: 'Environment name',
    placeholder: 'release',
    help: 'The GitLab environment of the job that publishes',
  },
};

/** The providers to choose from; GitHub's tab comes first. */
export function tabs(open: string, path: string): string {
  const links = ['GitHub', 'GitLab', 'Google', 'ActiveState'].map(
    (name) => `<a href="${escapeHtml(path)}?tab=${name}"${name === open ? ' class="open"' : ''}>${name}</a>`,
  );
  return `<nav>${links.join('')}</nav>`;
}

/** The form for GitLab, with the real one's labels. */
export function publisherForm(form: Form): string {
  const { asksName, action } = form;
  const keys = (Object.keys(formFields) as (keyof PendingPublisher)[]).filter(
    (key) => asksName || key !== 'projectName',
  );
  const inputs = keys.map((key) => input(form, key));
  return `<form method="post" action="${escapeHtml(action)}">${inputs.join('')}<input type="submit" value="Add"></form>`;
}

function input({ fields, errors }: Form, key: keyof PendingPublisher): string {
  const { name, label, placeholder, help } = formFields[key];
  const required = key !== 'environment';
  const error = errors[key] === undefined ? '' : `<span class="error">${escapeHtml(errors[key])}</span>`;
  return [
    `<label for="${name}">${escapeHtml(label)} <small>(${required ? 'required' : 'optional'})</small></label>`,
    `<input id="${name}" name="${name}" value="${escapeHtml(fields[key])}" placeholder="${placeholder}"`,
    ` autocomplete="off" spellcheck="false"${required ? ' required' : ''}>`,
    `${error}<p class="help">${help}</p>`,
  ].join('');
}

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
