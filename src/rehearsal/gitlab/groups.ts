import type { Outgoing } from '../http-server.ts';
import { type Call, paginated, refuse } from './call.ts';
import { shownProtection } from './protected-environments.ts';
import type { GroupState } from './state.ts';
import { shownVariable } from './variables.ts';

/** What is asked about a group; undefined where the path is about something else. */
export function aboutGroup(call: Call, path: string): Outgoing | undefined {
  const [, id, rest] = /^\/api\/v4\/groups\/([^/]+)\/(.+)$/.exec(path) ?? [];
  if (id === undefined) return undefined;
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

/** A group of its own, or one that is there because a project is below it, and belongs to the project's Owners. */
function findGroup({ state }: Call, path: string): GroupState {
  const listed = state.groups?.find((group) => group.full_path === path);
  if (listed) return listed;
  const below = state.projects.filter((it) => it.path_with_namespace.startsWith(`${path}/`));
  if (below.length === 0) throw refuse.notFound('Group');
  const members = below.flatMap((project) => project.members);
  const owners = members.filter((member) => member.access_level >= 50).map(({ userId }) => userId);
  return { full_path: path, owners };
}
