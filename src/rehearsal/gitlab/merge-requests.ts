import type { Outgoing } from '../http-server.ts';
import { type ProjectCall, paginated, refuse, required, requireLevel } from './call.ts';
import { headOf } from './commits.ts';
import { type MergeRequestState, newId, type ProjectState } from './state.ts';

/**
 * Merge requests, newest first, optionally filtered by branches and state: https://docs.gitlab.com/api/merge_requests/
 */
export function listMergeRequests(call: ProjectCall): Outgoing {
  const { source_branch, target_branch, state = 'all' } = call.params as Record<string, string | undefined>;
  const found = requestsOf(call).filter(
    (it) =>
      (source_branch === undefined || it.source_branch === source_branch) &&
      (target_branch === undefined || it.target_branch === target_branch) &&
      (state === 'all' || it.state === state),
  );
  const newestFirst = found.toSorted((one, other) => other.iid - one.iid);
  return paginated(
    call,
    newestFirst.map((it) => shown(call, it)),
  );
}

/** One by its number in the project. */
export function showMergeRequest(call: ProjectCall, iid: string): Outgoing {
  return { status: 200, body: { ...shown(call, find(call, iid)), head_pipeline: null } };
}

/** Opens a merge request; at most one can be open per pair of branches. */
export function createMergeRequest(call: ProjectCall): Outgoing {
  requireLevel(call, 30);
  const { project, params, user } = call;
  const [source, target, title] = ['source_branch', 'target_branch', 'title'].map((name) =>
    String(required(params, name)),
  ) as [string, string, string];
  if (source === target) throw refuse.sentences(["You can't use same project/branch for source and target"]);
  if (!Object.hasOwn(project.files, source)) throw refuse.fields({ source_branch: ['does not exist'] });
  const open = requestsOf(call).find(
    (it) =>
      it.state === 'opened' &&
      it.source_branch === source &&
      it.target_branch === target &&
      (it.source_project_id ?? project.id) === project.id,
  );
  if (open)
    throw refuse.conflict([`Another open merge request already exists for this source branch: !${open.iid}`]);
  const request: MergeRequestState = {
    id: newId(),
    iid: 1 + Math.max(0, ...requestsOf(call).map(({ iid }) => iid)),
    title,
    description: String(params.description ?? ''),
    state: 'opened',
    source_branch: source,
    target_branch: target,
    authorId: user.id,
    merged_at: null,
    closed_at: null,
    force_remove_source_branch: params.remove_source_branch === true,
  };
  project.merge_requests = [...requestsOf(call), request];
  return { status: 201, body: shown(call, request) };
}

/** Changes title, description, target or state. */
export function updateMergeRequest(call: ProjectCall, iid: string): Outgoing {
  requireLevel(call, 30);
  const request = find(call, iid);
  for (const name of ['title', 'description', 'target_branch'] as const)
    if (call.params[name] !== undefined) request[name] = String(call.params[name]);
  const event = call.params.state_event;
  if (event === 'close' && request.state === 'opened') {
    Object.assign(request, { state: 'closed', closed_at: new Date().toISOString() });
  }
  if (event === 'reopen' && request.state === 'closed')
    Object.assign(request, { state: 'opened', closed_at: null });
  return { status: 200, body: shown(call, request) };
}

/** Merges: the target branch gets the source branch's files. */
export function acceptMergeRequest(call: ProjectCall, iid: string): Outgoing {
  requireLevel(call, 40);
  const request = find(call, iid);
  if (!merge(call.project, request)) throw refuse.methodNotAllowed();
  return { status: 200, body: shown(call, request) };
}

/** The same by the button of its page; false if it is not open. */
export function merge(project: ProjectState, request: MergeRequestState): boolean {
  if (request.state !== 'opened') return false;
  const { [request.source_branch]: files, ...others } = project.files;
  if (files) project.files[request.target_branch] = files;
  if (files && request.force_remove_source_branch)
    project.files = { ...others, [request.target_branch]: files };
  Object.assign(request, { state: 'merged', merged_at: new Date().toISOString() });
  return true;
}

const requestsOf = ({ project }: ProjectCall) => project.merge_requests ?? [];

function find(call: ProjectCall, iid: string): MergeRequestState {
  const request = requestsOf(call).find((it) => String(it.iid) === iid);
  if (!request) throw refuse.notFound('Merge Request');
  return request;
}

function shown({ state, project, base }: ProjectCall, { authorId, ...request }: MergeRequestState) {
  const author = state.users.find(({ id }) => id === authorId);
  const files = project.files[request.source_branch];
  return {
    ...request,
    project_id: project.id,
    source_project_id: request.source_project_id ?? project.id,
    target_project_id: project.id,
    author: author && { id: author.id, username: author.username, name: author.name, state: 'active' },
    sha: files ? headOf(files) : null,
    draft: request.title.startsWith('Draft:'),
    detailed_merge_status: request.state === 'opened' ? 'mergeable' : 'not_open',
    created_at: '2026-01-01T00:00:00.000Z',
    web_url: `${base}/${project.path_with_namespace}/-/merge_requests/${request.iid}`,
  };
}
