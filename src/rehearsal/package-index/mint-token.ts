import { randomBytes } from 'node:crypto';
import type { Incoming, Outgoing } from '../http-server.ts';
import { type Claims, verifyIdToken } from './id-token.ts';
import { normalized } from './names.ts';
import { isSamePublisher, matchPublisher } from './publisher-match.ts';
import type { IndexState, PublisherState } from './state.ts';

/** Seconds that a minted API token lives: `warehouse/oidc/views.py` of pypi/warehouse. */
const lifetime = 900;

/** Exchanges an ID token for an API token of the projects of its publisher, or says why not in PyPI's words. */
export function mintToken(state: IndexState, request: Incoming): Outgoing {
  if (request.method !== 'POST') return { status: 405, body: '<h1>405 Method Not Allowed</h1>' };
  const token = tokenOf(request.body);
  if (token === undefined)
    return refused('invalid-payload', '1 validation error for TokenPayload\ntoken\n  Field required');
  const verified = verifyIdToken(token, state.audience, state.issuerKey);
  if ('code' in verified) return refused(verified.code, verified.description);
  const { claims } = verified;
  if (!usePendingPublisher(state, claims))
    return refused('invalid-pending-publisher', 'valid token, but project already exists');
  const match = matchPublisher(
    state.projects.flatMap(({ publishers }) => publishers),
    claims,
  );
  if ('reason' in match)
    return refused('invalid-publisher', `valid token, but no corresponding publisher (${match.reason})`);
  if (state.usedIdTokens.includes(String(claims.jti)))
    return refused('invalid-reuse-token', 'invalid token: already used');
  state.usedIdTokens.push(String(claims.jti));
  return { status: 200, body: { success: true, token: apiToken(state, match.publisher) } };
}

/** Ends an API token before its time, as uv does when it has uploaded. */
export function burnToken(state: IndexState, request: Incoming): Outgoing {
  const token = tokenOf(request.body);
  state.apiTokens = state.apiTokens.filter(({ secret }) => secret !== token);
  return { status: 202, body: { message: 'Accepted' } };
}

/** Makes the project that a pending publisher waits for. False where somebody else has made it in the meantime. */
function usePendingPublisher(state: IndexState, claims: Claims): boolean {
  const match = matchPublisher(state.pendingPublishers, claims);
  if ('reason' in match) return true;
  const { projectName, ...publisher } = match.publisher;
  const name = normalized(projectName);
  if (state.projects.some((project) => normalized(project.name) === name)) {
    state.pendingPublishers = state.pendingPublishers.filter((it) => it !== match.publisher);
    return false;
  }
  const owners = [state.user];
  state.projects.push({ name: projectName, owners, maintainers: [], releases: [], publishers: [publisher] });
  state.pendingPublishers = state.pendingPublishers.filter((it) => normalized(it.projectName) !== name);
  return true;
}

function apiToken(state: IndexState, publisher: PublisherState): string {
  const projects = state.projects.filter(({ publishers }) =>
    publishers.some((it) => isSamePublisher(it, publisher)),
  );
  const secret = `pypi-${randomBytes(48).toString('base64url')}`;
  state.apiTokens.push({
    secret,
    publisher,
    projects: projects.map(({ name }) => normalized(name)),
    expires: Math.floor(Date.now() / 1000) + lifetime,
  });
  return secret;
}

function tokenOf(body: string): string | undefined {
  try {
    const { token } = JSON.parse(body) as { token?: unknown };
    return typeof token === 'string' ? token : undefined;
  } catch {
    return undefined;
  }
}

function refused(code: string, description: string): Outgoing {
  return { status: 422, body: { message: 'Token request failed', errors: [{ code, description }] } };
}
