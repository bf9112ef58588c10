import { formProblems, type PublisherFields } from '../../indexes/publisher-form.ts';
import { normalizeName } from '../../kernel/package-name.ts';
import { escapeHtml, page } from '../html.ts';
import type { Incoming, Outgoing } from '../http-server.ts';
import { type Form, publisherForm, tabs } from './form.ts';
import type { IndexState, PublisherState } from './state.ts';

/** The page of a project: filled in from its address, for owners alone. */
export function manageProject(state: IndexState, request: Incoming, name: string): Outgoing {
  const project = state.projects.find((it) => normalizeName(it.name) === normalizeName(name));
  if (!project) return html(state, 404, '<h1>404 Not Found</h1>');
  if (!project.owners.includes(state.user))
    return html(state, 403, '<h1>403 Forbidden</h1><p>Only an Owner may do this.</p>');
  const posted = request.method === 'POST';
  const query = posted ? new URLSearchParams(request.body) : request.query;
  const fields = { ...read(query), projectName: project.name };
  const prefilled = !posted && query.get('provider') === 'gitlab';
  const errors = posted ? registrationErrors(fields, project.publishers) : {};
  const done = posted && Object.keys(errors).length === 0;
  if (done) project.publishers.push(withoutName(fields));
  const form: Form = {
    fields: prefilled || (posted && !done) ? fields : empty,
    errors,
    asksName: false,
    action: request.path,
  };
  const open = prefilled || posted ? 'GitLab' : (query.get('tab') ?? 'GitHub');
  const body = [
    `<h1>Publishing: ${escapeHtml(project.name)}</h1><h2>Manage current publishers</h2>${listOf(project.publishers)}<h2>Add a new publisher</h2>`,
    prefilled ? caution : '',
    done ? '<p class="done">The publisher was added.</p>' : '',
    tabs(open, request.path),
    open === 'GitLab' ? publisherForm(form) : otherTab(open),
  ].join('');
  return html(state, posted && !done ? 400 : 200, body);
}

/** The page of pending publishers, which never takes values from its address and opens on another tab. */
export function manageAccount(state: IndexState, request: Incoming): Outgoing {
  const posted = request.method === 'POST';
  const fields = read(new URLSearchParams(posted ? request.body : ''));
  const errors = posted ? pendingErrors(state, fields) : {};
  const done = posted && Object.keys(errors).length === 0;
  if (done) state.pendingPublishers.push(fields);
  const open = posted ? 'GitLab' : (request.query.get('tab') ?? 'GitHub');
  const form: Form = { fields: done ? empty : fields, errors, asksName: true, action: request.path };
  const body = [
    `<h1>Publishing: pending publishers</h1>${listOf(state.pendingPublishers)}<h2>Add a new pending publisher</h2>`,
    done ? '<p class="done">The pending publisher was added; it lapses in 30 days.</p>' : '',
    tabs(open, request.path),
    open === 'GitLab' ? publisherForm(form) : otherTab(open),
  ].join('');
  return html(state, posted && !done ? 400 : 200, body);
}

/** The public page of a project. */
export function projectPage(state: IndexState, _: Incoming, name: string): Outgoing {
  const project = state.projects.find((it) => normalizeName(it.name) === normalizeName(name));
  if (!project) return html(state, 404, '<h1>404 Not Found</h1>');
  return html(
    state,
    200,
    `<h1>${escapeHtml(project.name)}</h1><p>Releases: ${escapeHtml(project.releases.join(', ') || 'none')}</p>`,
  );
}

const caution =
  '<p class="warning"><b>Proceed with caution!</b> These values come from a link. Compare them before you add the publisher.</p>';

const empty: PublisherFields = {
  projectName: '',
  namespace: '',
  project: '',
  workflowFilepath: '',
  environment: '',
};

type Errors = Partial<Record<keyof PublisherFields, string>>;

function read(query: URLSearchParams): PublisherFields {
  const get = (name: string) => query.get(name)?.trim() ?? '';
  return {
    projectName: get('project_name'),
    namespace: get('namespace'),
    project: get('project'),
    workflowFilepath: get('workflow_filepath'),
    environment: get('environment'),
  };
}

/** An environment may be left out on the index itself, so only what is typed is judged. */
function registrationErrors(fields: PublisherFields, existing: PublisherState[]): Errors {
  const problems = formProblems(fields).filter(
    ({ field }) => field !== 'environment' || fields.environment !== '',
  );
  const errors: Errors = Object.fromEntries(problems.map(({ field, problem }) => [field, problem]));
  const same = existing.some((it) => JSON.stringify(it) === JSON.stringify(withoutName(fields)));
  return same ? { ...errors, namespace: 'This publisher is registered already.' } : errors;
}

function pendingErrors(state: IndexState, fields: PublisherFields): Errors {
  const errors = registrationErrors(fields, state.pendingPublishers.map(withoutName));
  const project = state.projects.find((it) => normalizeName(it.name) === normalizeName(fields.projectName));
  if (project?.owners.includes(state.user)) {
    errors.projectName = `You own this project already: add the publisher at /manage/project/${project.name}/settings/publishing/ instead.`;
  } else if (project) errors.projectName = 'This project name is not available.';
  if (state.pendingPublishers.length >= 3)
    errors.projectName = "You can't register more than 3 pending trusted publishers at once.";
  return errors;
}

function withoutName({ namespace, project, workflowFilepath, environment }: PublisherFields): PublisherState {
  return { namespace, project, workflowFilepath, environment };
}

function listOf(publishers: (PublisherState & { projectName?: string })[]): string {
  if (publishers.length === 0) return '<p>No publishers are currently configured.</p>';
  const rows = publishers.map(({ projectName, namespace, project, workflowFilepath, environment }) => [
    ...(projectName === undefined ? [] : [projectName]),
    ...[`${namespace}/${project}`, workflowFilepath, environment || '(any)'],
  ]);
  const heads = ['Project', 'Repository', 'Pipeline file', 'Environment'].slice(-(rows[0]?.length ?? 0));
  const row = (cells: string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${row(heads, 'th')}${rows.map((cells) => row(cells, 'td')).join('')}</table>`;
}

const otherTab = (name: string) =>
  `<div class="tab"><p>The form for ${escapeHtml(name)} is not part of the rehearsal.</p></div>`;

function html({ kind, user }: IndexState, status: number, body: string): Outgoing {
  const name = kind === 'pypi' ? 'PyPI' : 'TestPyPI';
  return {
    status,
    body: page(
      `Rehearsal ${name}`,
      `<p class="help user">Signed in as ${escapeHtml(user)}</p>${body}`,
      `Rehearsal ${name}: nothing here reaches the real index`,
    ),
  };
}
