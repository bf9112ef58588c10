import { definitions, escapeHtml, page, table } from '../html.ts';
import type { Incoming, Outgoing } from '../http-server.ts';
import { merge } from './merge-requests.ts';
import type { AccessRow, GitLabState, JobState, ProjectState } from './state.ts';

/** What a browser shows at an address: the parts of a project that this tool sets up, and the pipelines. */
export function showPage(
  state: GitLabState,
  prefix: string,
  { method, path }: Pick<Incoming, 'method' | 'path'>,
): Outgoing {
  const project = state.projects.find(
    ({ path_with_namespace: own }) => path === `/${own}` || path.startsWith(`/${own}/`),
  );
  if (!project) return path === '/' ? html(200, startPage(state, prefix)) : notFound(state, prefix);
  const base = `${prefix}/${project.path_with_namespace}`;
  const rest = path.slice(project.path_with_namespace.length + 1).replace(/\/$/, '');
  const body =
    views[rest]?.(state, project, base) ??
    mergeRequest(project, rest, base, method === 'POST') ??
    numbered(project, rest, base);
  if (body === undefined) return notFound(state, prefix);
  return html(200, `<h1>${escapeHtml(project.path_with_namespace)}</h1>${navigation(base, rest)}${body}`);
}

type View = (state: GitLabState, project: ProjectState, base: string) => string;

const views: Record<string, View> = {
  '': overview,
  '/-/environments': (_, project) => environments(project),
  '/-/settings/ci_cd': (state, project) => protectedEnvironments(state, project) + variables(project),
  '/-/settings/repository': (state, project) => protectedRefs(state, project),
  '/-/merge_requests': (_, project, base) => mergeRequests(project, base),
  '/-/pipelines': (_, project, base) => pipelines(project, base),
  '/-/audit_events': () => '<h2>Audit events</h2><p>The demo records none.</p>',
};

const tabs = {
  '': 'Project',
  '/-/merge_requests': 'Merge requests',
  '/-/environments': 'Environments',
  '/-/settings/repository': 'Repository',
  '/-/settings/ci_cd': 'CI/CD',
  '/-/pipelines': 'Pipelines',
};

function navigation(base: string, open: string): string {
  const links = Object.entries(tabs).map(
    ([path, label]) =>
      `<a href="${escapeHtml(base + path)}"${path === open ? ' class="open"' : ''}>${label}</a>`,
  );
  return `<nav>${links.join('')}</nav>`;
}

function startPage({ projects }: GitLabState, prefix: string): string {
  const links = projects.map(
    ({ path_with_namespace: path }) =>
      `<li><a href="${escapeHtml(`${prefix}/${path}`)}">${escapeHtml(path)}</a></li>`,
  );
  return `<h1>Projects</h1><ul>${links.join('')}</ul>`;
}

function overview({ users }: GitLabState, project: ProjectState): string {
  const roles: Record<number, string> = { 20: 'Reporter', 30: 'Developer', 40: 'Maintainer', 50: 'Owner' };
  const members = project.members.map(({ userId, access_level: level }) => [
    `@${nameOf(users, userId)}`,
    roles[level] ?? String(level),
  ]);
  const files = Object.keys(project.files[project.default_branch ?? ''] ?? {});
  return [
    definitions({
      Visibility: project.visibility,
      Plan: project.plan,
      'Default branch': project.default_branch ?? 'none',
      Files: files.join(', ') || 'none',
    }),
    `<h2>Members</h2>${table(['User', 'Role'], members)}`,
  ].join('');
}

function environments({ environments: all, deployments }: ProjectState): string {
  const rows = all.map(({ name, tier, external_url, description }) => {
    const last = deployments.findLast(({ environment }) => environment === name);
    return [
      name,
      tier,
      external_url ?? '',
      description ?? '',
      last ? `${last.ref} (${last.status})` : 'none',
    ];
  });
  return `<h2>Environments</h2>${table(['Name', 'Tier', 'External URL', 'Description', 'Last deployment'], rows)}`;
}

function protectedEnvironments({ users }: GitLabState, project: ProjectState): string {
  const rows = project.protected_environments.map(({ name, deploy_access_levels, approval_rules }) => [
    name,
    namesOf(users, deploy_access_levels),
    approval_rules
      .map((rule) => `${namesOf(users, [rule])}: ${rule.required_approvals ?? 1} required`)
      .join(', ') || 'none',
  ]);
  const self = project.allow_pipeline_trigger_approve_deployment ? 'may' : 'may not';
  return [
    `<h2>Protected environments</h2>${table(['Environment', 'Allowed to deploy', 'Approvals'], rows)}`,
    `<p class="help">Whoever starts a pipeline ${self} approve its deployments.</p>`,
  ].join('');
}

/** Never with their values. */
function variables({ variables: all }: ProjectState): string {
  const rows = all.map(({ key, environment_scope, ...flags }) => [
    key,
    environment_scope,
    (['protected', 'masked', 'hidden'] as const).filter((flag) => flags[flag]).join(', ') || 'none',
  ]);
  return `<h2>Variables</h2>${table(['Key', 'Environments', 'Flags'], rows)}`;
}

function protectedRefs({ users }: GitLabState, project: ProjectState): string {
  const branches = project.protected_branches.map((rule) => [
    rule.name,
    namesOf(users, rule.merge_access_levels),
    namesOf(users, rule.push_access_levels),
    rule.allow_force_push ? 'allowed' : 'not allowed',
  ]);
  const tags = project.protected_tags.map((rule) => [rule.name, namesOf(users, rule.create_access_levels)]);
  const heads = ['Branch', 'Allowed to merge', 'Allowed to push', 'Force push'];
  return [
    `<h2>Protected branches</h2>${table(heads, branches)}`,
    `<h2>Protected tags</h2>${table(['Tag', 'Allowed to create'], tags)}`,
  ].join('');
}

function mergeRequests({ merge_requests: all = [] }: ProjectState, base: string): string {
  const links = all.toReversed().map(({ iid, title, state }) => {
    const href = escapeHtml(`${base}/-/merge_requests/${iid}`);
    return `<li><a href="${href}">!${iid}</a> ${escapeHtml(title)}: ${state}</li>`;
  });
  return `<h2>Merge requests</h2>${links.length > 0 ? `<ul>${links.join('')}</ul>` : '<p>None.</p>'}`;
}

/** The page of a merge request, whose button merges it. */
function mergeRequest(project: ProjectState, rest: string, base: string, pressed: boolean) {
  const [, number] = /^\/-\/merge_requests\/(\d+)$/.exec(rest) ?? [];
  const request = project.merge_requests?.find(({ iid }) => String(iid) === number);
  if (request === undefined) return undefined;
  if (pressed) merge(project, request);
  const { iid, title, state, source_branch, target_branch, description } = request;
  const button = `<form method="post" action="${escapeHtml(`${base}/-/merge_requests/${iid}`)}"><input type="submit" value="Merge"></form>`;
  return [
    `<h2>${escapeHtml(title)} (!${iid})</h2>`,
    definitions({ State: state, From: source_branch, Into: target_branch }),
    `<pre>${escapeHtml(description)}</pre>`,
    state === 'opened' ? button : '',
  ].join('');
}

function pipelines(project: ProjectState, base: string): string {
  const links = (project.pipelines ?? []).toReversed().map(({ id, ref, status }) => {
    const href = escapeHtml(`${base}/-/pipelines/${id}`);
    return `<li><a href="${href}">#${id}</a> for ${escapeHtml(ref)}: ${escapeHtml(status)}</li>`;
  });
  return `<h2>Pipelines</h2>${links.length > 0 ? `<ul>${links.join('')}</ul>` : '<p>None.</p>'}`;
}

/** The page of one pipeline or job. */
function numbered(project: ProjectState, rest: string, base: string): string | undefined {
  const [, kind, number] = /^\/-\/(pipelines|jobs)\/(\d+)$/.exec(rest) ?? [];
  const { pipelines: all = [], jobs = [] } = project;
  if (kind === 'pipelines') {
    const pipeline = all.find(({ id }) => String(id) === number);
    if (!pipeline) return undefined;
    const own = jobs.filter(({ pipeline_id }) => pipeline_id === pipeline.id);
    const links = own.map((job) => jobLink(job, base)).join('');
    return `<h2>Pipeline #${pipeline.id}</h2>${definitions({ 'Branch or tag': pipeline.ref, Commit: pipeline.sha, Status: pipeline.status })}<ul>${links}</ul>`;
  }
  const job = jobs.find(({ id }) => String(id) === number);
  if (!job) return undefined;
  const deployment = project.deployments.find(({ job_id }) => job_id === job.id);
  const approvals = (deployment?.approvals ?? []) as { user: { username: string } }[];
  return [
    `<h2>Job ${escapeHtml(job.name)}</h2>`,
    definitions({
      Status: job.status,
      ...(deployment ? { Environment: deployment.environment } : {}),
      ...(approvals.length > 0
        ? { 'Approved by': approvals.map(({ user }) => `@${user.username}`).join(', ') }
        : {}),
    }),
    `<pre>${escapeHtml(job.trace ?? '')}</pre>`,
  ].join('');
}

const jobLink = ({ id, name, status }: JobState, base: string) =>
  `<li><a href="${escapeHtml(`${base}/-/jobs/${id}`)}">${escapeHtml(name)}</a>: ${escapeHtml(status)}</li>`;

const nameOf = (users: GitLabState['users'], wanted: number) =>
  users.find(({ id }) => id === wanted)?.username ?? String(wanted);

function namesOf(users: GitLabState['users'], rows: AccessRow[]): string {
  const names = rows.map(({ user_id, access_level_description: role }) =>
    user_id === null ? role : `@${nameOf(users, user_id)}`,
  );
  return names.join(', ') || 'No one';
}

const notFound = (state: GitLabState, prefix: string) =>
  html(404, `<p class="warning">This page is not part of the demo.</p>${startPage(state, prefix)}`);

const html = (status: number, body: string): Outgoing => ({
  status,
  body: page('Simulated GitLab', body, 'Simulated GitLab: nothing here reaches the real one'),
});
