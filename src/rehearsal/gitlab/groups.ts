import type { Outgoing } from '../http-server.ts';
import { type Call, paginated, refuse } from './call.ts';
import { shownProtection } from './protected-environments.ts';
import type { GitLabState, GroupState } from './state.ts';
import { shownVariable } from './variables.ts';

/** Requests about a group; undefined if the path is about something else. */
export function aboutGroup(call: Call, path: string): Outgoing | undefined {
  if (path === '/api/v4/groups' && call.request.method === 'GET') return listGroups(call);
  const [, id, rest] = /^\/api\/v4\/groups\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
  if (id === undefined) return undefined;
  if (rest === undefined && call.request.method === 'GET')
    return { status: 200, body: shownGroup(call, findGroup(call, decodeURIComponent(id))) };
  const isPaid = rest === 'protected_environments';
  if (call.request.method !== 'GET' || !(isPaid || rest === 'variables')) throw refuse.noRoute();
  if (isPaid && call.state.edition === 'ce') throw refuse.noRoute();
  const group = findGroup(call, decodeURIComponent(id));
  if (!group.owners.includes(call.user.id) && !call.user.is_admin) throw refuse.forbidden();
  return isPaid
    ? paginated(call, (group.protected_environments ?? []).map(shownProtection))
    : paginated(
        call,
        (group.variables ?? []).map((it) => shownVariable(call, it)),
      );
}

/** Groups visible to the sender, optionally filtered by part of their path. */
function listGroups(call: Call): Outgoing {
  const { state, params } = call;
  const search = String(params.search ?? '').toLowerCase();
  const listed = state.groups ?? [];
  const others = groupPaths(state).filter((path) => !listed.some((it) => it.full_path === path));
  const groups = [...listed, ...others.map((path) => groupOf(state, path))];
  const found = groups.filter(({ full_path }) => full_path.toLowerCase().includes(search));
  return paginated(
    call,
    found.map((group) => shownGroup(call, group)),
  );
}

function shownGroup({ state, request }: Call, { id, full_path }: GroupState) {
  const name = full_path.split('/').at(-1);
  const own = id ?? firstId + Math.max(0, groupPaths(state).indexOf(full_path));
  return {
    id: own,
    name,
    path: name,
    full_name: full_path.split('/').join(' / '),
    full_path,
    parent_id: null,
    visibility: 'public',
    web_url: `${request.origin}/groups/${full_path}`,
  };
}

/** An explicit group, or one implied by a project below it, which belongs to the project's Owners. */
function findGroup({ state }: Call, path: string): GroupState {
  const listed = state.groups?.find((group) => group.full_path === path || String(group.id) === path);
  if (listed) return listed;
  const known = groupPaths(state).find((name, at) => name === path || String(firstId + at) === path);
  if (known === undefined) throw refuse.notFound('Group');
  return groupOf(state, known);
}

/** Ids of groups implied by a project below them. */
const firstId = 700;

/** Every group with a project below it. */
function groupPaths({ projects }: GitLabState): string[] {
  const paths = projects
    .filter((it) => it.namespace_kind === 'group')
    .flatMap(({ path_with_namespace: path }) => {
      const names = path.split('/').slice(0, -1);
      return names.map((_, at) => names.slice(0, at + 1).join('/'));
    });
  return [...new Set(paths)];
}

function groupOf(state: GitLabState, path: string): GroupState {
  const below = state.projects.filter((it) => it.path_with_namespace.startsWith(`${path}/`));
  const members = below.flatMap((project) => project.members);
  const owners = members.filter((member) => member.access_level >= 50).map(({ userId }) => userId);
  return { full_path: path, owners };
}
