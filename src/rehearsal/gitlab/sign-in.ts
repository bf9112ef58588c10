import type { Incoming } from '../http-server.ts';
import { type Call, type ProjectCall, readParams, refuse } from './call.ts';
import type { GitLabState, ProjectState, TokenState } from './state.ts';

/** Identifies the sender; OAuth tokens are only accepted as bearer tokens. */
export function signIn(state: GitLabState, request: Incoming, isApi = true): Call {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const value = (request.headers['private-token'] as string | undefined) ?? bearer;
  const token = state.tokens.find((it) => it.value === value);
  if (!token || (token.kind === 'oauth' && bearer === undefined)) throw refuse.unauthorized();
  refuseEnded(token);
  const reading = request.method === 'GET' || request.method === 'HEAD';
  const selfOnly = request.path.endsWith('/personal_access_tokens/self');
  if (isApi && !selfOnly && !allows(token, reading)) throw refuse.scope();
  const user = state.users.find(({ id }) => id === token.userId);
  if (!user) throw refuse.unauthorized();
  return { state, request, token, user, params: readParams(request) };
}

function refuseEnded(token: TokenState): void {
  if (token.revoked) throw refuse.invalidToken('Token was revoked. You have to re-authorize from the user.');
  const ended = token.expires_at !== null && new Date(`${token.expires_at}T00:00:00Z`) <= new Date();
  if (ended)
    throw refuse.invalidToken('Token is expired. You can either do re-authorization or token refresh.');
}

function allows({ kind, scopes }: TokenState, reading: boolean): boolean {
  return kind === 'fine-grained' || scopes.includes('api') || (reading && scopes.includes('read_api'));
}

/** A request's project by id or path. A private project that the sender may not see does not exist. */
export function findProject(call: Call, id: string): Omit<ProjectCall, 'base'> {
  const { state, request, user } = call;
  const name = decodeURIComponent(id).toLowerCase();
  const project = state.projects.find(
    (it) => String(it.id) === name || it.path_with_namespace.toLowerCase() === name,
  );
  if (!project) throw movedOrMissing(state, request, name);
  const member = project.members.find(({ userId }) => userId === user.id);
  const level = user.is_admin ? 60 : (member?.access_level ?? 0);
  if (project.visibility === 'private' && level === 0) throw refuse.notFound('Project');
  return { ...call, project, level };
}

function movedOrMissing(state: GitLabState, request: Incoming, name: string) {
  const moved: ProjectState | undefined = state.projects.find(({ moved_from }) => moved_from.includes(name));
  if (!moved) return refuse.notFound('Project');
  if (request.method !== 'GET') return refuse.movedWrite();
  return refuse.movedRead(`${request.origin}/api/v4/projects/${moved.id}`);
}
