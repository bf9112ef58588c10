import {
  type Incoming,
  type LoggedRequest,
  type Outgoing,
  type RehearsalServer,
  startServer,
} from '../http-server.ts';
import { Answered, type Call, paginated, refuse } from './call.ts';
import { aboutGroup } from './groups.ts';
import { showPage } from './pages.ts';
import { requirePermission } from './permissions.ts';
import { projectEndpoints } from './routes.ts';
import { findProject, signIn } from './sign-in.ts';
import type { GitLabState } from './state.ts';
import { shownVariable } from './variables.ts';
import { knows, versionBody } from './versions.ts';

/** A GitLab on the loopback interface that responds like the real one, as far as this tool uses it. */
export interface RehearsalGitLab extends RehearsalServer {
  state: GitLabState;
  /** Requests that change something; the lint does not. */
  writes(): LoggedRequest[];
}

/** Starts a rehearsal GitLab with that state; `prefix` is a relative URL root such as `/gitlab`. */
export async function startGitLab(
  state: GitLabState,
  options: { port?: number; prefix?: string; latency?: number } = {},
): Promise<RehearsalGitLab> {
  const { prefix = '' } = options;
  const server = await startServer((request) => handle(state, prefix, request), options);
  server.url += prefix;
  const isWrite = ({ method, path }: LoggedRequest) => method !== 'GET' && !path.endsWith('/ci/lint');
  return Object.assign(server, { state, writes: () => server.log.filter(isWrite) });
}

function handle(state: GitLabState, prefix: string, incoming: Incoming): Outgoing {
  const request = { ...incoming, path: incoming.path.slice(prefix.length) };
  try {
    if (request.path === '/oauth/token/info') return oauthInfo(signIn(state, request, false));
    if (!request.path.startsWith('/api/v4/')) return showPage(state, prefix, request);
    const call = signIn(state, request);
    const path = request.path.slice('/api/v4/'.length);
    if (!path.startsWith('projects/')) requirePermission(call, path);
    return general(call, path) ?? aboutGroup(call, request.path) ?? aboutProject(call, request.path, prefix);
  } catch (error) {
    if (error instanceof Answered) return error.reply;
    throw error;
  }
}

function general(call: Call, path: string): Outgoing | undefined {
  const { user, token, request } = call;
  if (request.method !== 'GET') return undefined;
  const { id, username, name, is_admin } = user;
  const answers: Record<string, () => Outgoing> = {
    version: () => ({ status: 200, body: versionBody(call.state) }),
    metadata: () => {
      if (!knows(call.state, [15, 2])) throw refuse.noRoute();
      return { status: 200, body: versionBody(call.state) };
    },
    user: () => ({
      status: 200,
      body: { id, username, name, state: 'active', bot: false, ...(is_admin ? { is_admin } : {}) },
    }),
    'admin/ci/variables': () => {
      if (!is_admin) throw refuse.forbidden();
      const all = call.state.instance_variables ?? [];
      // The whole instance has no environments, so these have no scope.
      const shown = all.map((it) => ({ ...shownVariable(call, it), environment_scope: undefined }));
      return paginated(call, shown);
    },
    'personal_access_tokens/self': () => {
      if (token.kind === 'oauth')
        throw refuse.badRequest('This endpoint requires token type to be a personal access token');
      const { scopes, expires_at, revoked, userId, kind } = token;
      const granular = kind === 'fine-grained' ? { granular: true } : {};
      return {
        status: 200,
        body: {
          id: 1,
          name: 'demo',
          revoked,
          active: true,
          scopes,
          expires_at,
          user_id: userId,
          ...granular,
        },
      };
    },
  };
  return answers[path]?.();
}

function oauthInfo({ token }: Call): Outgoing {
  if (token.kind !== 'oauth') throw refuse.unauthorized();
  return {
    status: 200,
    body: { resource_owner_id: token.userId, scope: token.scopes, expires_in: 7200, created_at: 0 },
  };
}

function aboutProject(call: Call, path: string, prefix: string): Outgoing {
  const [, id, rest = ''] = /^\/api\/v4\/projects\/([^/]+)(?:\/(.*))?$/.exec(path) ?? [];
  if (id === undefined) throw refuse.noRoute();
  for (const { method, pattern, answer } of projectEndpoints) {
    const found = method === call.request.method ? pattern.exec(rest) : null;
    if (!found) continue;
    const about = { ...findProject(call, id), base: `${call.request.origin}${prefix}` };
    requirePermission(call, path.slice('/api/v4/'.length), about.project.visibility === 'public');
    return answer(about, found[1] ?? '');
  }
  throw refuse.noRoute();
}
