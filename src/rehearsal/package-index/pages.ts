import { escapeHtml, page, table } from '../html.ts';
import type { Incoming, Outgoing } from '../http-server.ts';
import {
  type Form,
  isAccepted,
  pendingVerdict,
  publisherForm,
  registrationVerdict,
  tabs,
  type Verdict,
} from './form.ts';
import { normalized } from './names.ts';
import type { IndexState, PendingPublisher, PublisherState } from './state.ts';

/** A project's page: prefilled from its URL, for owners only. */
export function manageProject(state: IndexState, request: Incoming, name: string): Outgoing {
  const project = state.projects.find((it) => normalized(it.name) === normalized(name));
  if (!project) return missingPage(state);
  if (!project.owners.includes(state.user) || project.status === 'quarantined')
    return html(state, 403, '<h1>403 Forbidden</h1><p>Only an Owner may do this.</p>');
  const posted = request.method === 'POST';
  const query = posted ? new URLSearchParams(request.body) : request.query;
  const fields = { ...read(query), projectName: project.name };
  const prefilled = !posted && query.get('provider') === 'gitlab';
  const verdict = posted ? registrationVerdict(withoutName(fields), project.publishers) : nothingWrong;
  const done = posted && isAccepted(verdict);
  if (done) project.publishers.push(withoutName(fields));
  const form: Form = {
    fields: prefilled || (posted && !done) ? fields : empty,
    errors: verdict.fields,
    asksName: false,
    action: request.path,
  };
  const open = prefilled || posted ? 'GitLab' : (query.get('tab') ?? 'GitHub');
  const body = [
    `<h1>Publishing: ${escapeHtml(project.name)}</h1><h2>Manage current publishers</h2>${listOf(project.publishers)}<h2>Add a new publisher</h2>`,
    flashed(verdict),
    prefilled ? caution : '',
    done ? '<p class="done">The publisher was added.</p>' : '',
    tabs(open, request.path),
    open === 'GitLab' ? publisherForm(form) : otherTab(open),
  ].join('');
  return html(state, 200, body);
}

/** The page of pending publishers, which never takes values from its URL and opens on another tab. */
export function manageAccount(state: IndexState, request: Incoming): Outgoing {
  const posted = request.method === 'POST';
  const fields = read(new URLSearchParams(posted ? request.body : ''));
  const verdict = posted ? pendingVerdict(state, fields) : nothingWrong;
  const done = posted && isAccepted(verdict);
  if (done) state.pendingPublishers.push(fields);
  const open = posted ? 'GitLab' : (request.query.get('tab') ?? 'GitHub');
  const form: Form = {
    fields: done ? empty : fields,
    errors: verdict.fields,
    asksName: true,
    action: request.path,
  };
  const body = [
    `<h1>Publishing: pending publishers</h1>${listOf(state.pendingPublishers)}<h2>Add a new pending publisher</h2>`,
    flashed(verdict),
    done ? '<p class="done">The pending publisher was added; it expires in 30 days.</p>' : '',
    tabs(open, request.path),
    open === 'GitLab' ? publisherForm(form) : otherTab(open),
  ].join('');
  return html(state, 200, body);
}

/** The front page: the index's projects, and where their publishers are managed. */
export function startPage(state: IndexState): Outgoing {
  const { projects, pendingPublishers } = state;
  const links = projects.map(({ name, releases }) => {
    const path = encodeURIComponent(name);
    return `<li><a href="/project/${path}/">${escapeHtml(name)}</a> ${escapeHtml(releases.at(-1) ?? '')} (<a href="/manage/project/${path}/settings/publishing/">its publishers</a>)</li>`;
  });
  return html(
    state,
    200,
    `<h1>Projects</h1>${links.length > 0 ? `<ul>${links.join('')}</ul>` : '<p>None.</p>'}<p><a href="/manage/account/publishing/">Pending publishers: ${pendingPublishers.length}</a></p>`,
  );
}

/** A project's public page: its releases, newest first, with who uploaded each file. */
export function projectPage(state: IndexState, _: Incoming, name: string): Outgoing {
  const project = state.projects.find((it) => normalized(it.name) === normalized(name));
  if (!project) return missingPage(state);
  const files = state.files.filter((it) => it.project === normalized(name)).toReversed();
  const rows = files.map(({ filename, version, publisher }) => [
    version,
    filename,
    publisher
      ? `Trusted Publisher ${publisher.namespace}/${publisher.project} (${publisher.environment || 'any environment'})`
      : 'API token',
  ]);
  const path = `/manage/project/${encodeURIComponent(project.name)}/settings/publishing/`;
  const body = [
    `<h1>${escapeHtml(`${project.name} ${project.releases.at(-1) ?? ''}`)}</h1>`,
    `<p>Releases: ${escapeHtml(project.releases.toReversed().join(', ') || 'none')}</p>`,
    `<h2>Files of the demo</h2>${table(['Version', 'File', 'Uploaded by'], rows)}`,
    `<p><a href="${escapeHtml(path)}">Manage publishers</a></p>`,
  ];
  return html(state, 200, body.join(''));
}

/** Where a user would create an API token. */
export function tokenPage(state: IndexState): Outgoing {
  const sentence = 'The demo brings its own API tokens, so there is none to create here.';
  return html(state, 200, `<h1>API tokens</h1><p>${sentence}</p>`);
}

/** An address without a page. */
export function missingPage(state: IndexState): Outgoing {
  return html(
    state,
    404,
    '<h1>404 Not Found</h1><p>This page is not part of the demo.</p><p><a href="/">All projects</a></p>',
  );
}

const caution =
  '<p class="warning"><b>Proceed with caution!</b> These values come from a link. Compare them before you add the publisher.</p>';

const nothingWrong: Verdict = { fields: {}, page: [] };

const flashed = ({ page: messages }: Verdict) =>
  messages.map((message) => `<p class="error">${escapeHtml(message)}</p>`).join('');

const empty: PendingPublisher = {
  projectName: '',
  namespace: '',
  project: '',
  workflowFilepath: '',
  environment: '',
};

/** Strips trailing blanks, but not those at the start of a path. */
function read(query: URLSearchParams): PendingPublisher {
  const get = (name: string) => query.get(name) ?? '';
  return {
    projectName: get('project_name').trim(),
    namespace: get('namespace').trimEnd(),
    project: get('project').trimEnd(),
    workflowFilepath: get('workflow_filepath').trim(),
    environment: get('environment').trimEnd(),
  };
}

function withoutName({
  namespace,
  project,
  workflowFilepath,
  environment,
}: PendingPublisher): PublisherState {
  return { namespace, project, workflowFilepath, environment };
}

function listOf(publishers: (PublisherState & { projectName?: string })[]): string {
  if (publishers.length === 0) return '<p>No publishers are currently configured.</p>';
  const rows = publishers.map(({ projectName, namespace, project, workflowFilepath, environment }) => [
    ...(projectName === undefined ? [] : [projectName]),
    ...[`${namespace}/${project}`, workflowFilepath, environment || '(any)'],
  ]);
  const heads = ['Project', 'Repository', 'Pipeline file', 'Environment'].slice(-(rows[0]?.length ?? 0));
  return table(heads, rows);
}

const otherTab = (name: string) =>
  `<div class="tab"><p>The form for ${escapeHtml(name)} is not part of the demo: switch to the tab GitLab.</p></div>`;

function html({ kind, user }: IndexState, status: number, body: string): Outgoing {
  const name = kind === 'pypi' ? 'PyPI' : 'TestPyPI';
  return {
    status,
    body: page(
      `Simulated ${name}`,
      `<p class="help user">Signed in as ${escapeHtml(user)}</p>${body}`,
      `Simulated ${name}: nothing here reaches the real index`,
    ),
  };
}
