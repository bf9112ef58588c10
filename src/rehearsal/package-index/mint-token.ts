import { randomBytes, verify } from 'node:crypto';
import type { Incoming, Outgoing } from '../http-server.ts';
import { type NameRefusal, nameRefusal, normalized } from './names.ts';
import type { ApiToken, IndexState, PublisherState } from './state.ts';

/** Lifetime of a minted API token in seconds: `warehouse/oidc/views.py` of pypi/warehouse. */
const lifetime = 900;

/** Exchanges an ID token for an API token for its publisher's projects, or says why not in PyPI's words. */
export function mintToken(state: IndexState, request: Incoming): Outgoing {
  if (request.method !== 'POST') return { status: 405, body: '<h1>405 Method Not Allowed</h1>' };
  const payload = payloadOf(request.body);
  if ('problem' in payload) return refused('invalid-payload', payload.problem);
  const verified = verifyIdToken(payload.token, state);
  if ('code' in verified) return refused(verified.code, verified.description);
  if (state.switchedOff?.includes('trusted publishing'))
    return refused('not-enabled', 'gitlab trusted publishing functionality not enabled');
  const { claims } = verified;
  if (typeof claims.project_path === 'string' && !claims.project_path.includes('/'))
    return { status: 500, body: '<h1>500 Internal Server Error</h1>' };
  const pending = usePendingPublisher(state, claims);
  if (pending === 'existing')
    return refused('invalid-pending-publisher', 'valid token, but project already exists');
  if (pending !== undefined) return refused('invalid-payload', pending.reason);
  const match = matchPublisher(
    state.projects.flatMap(({ publishers }) => publishers),
    claims,
  );
  if ('reason' in match)
    return refused('invalid-publisher', `valid token, but no corresponding publisher (${match.reason})`);
  if (state.usedIdTokens.includes(String(claims.jti)))
    return refused('invalid-reuse-token', 'invalid token: already used');
  state.usedIdTokens.push(String(claims.jti));
  const { secret: minted, expires } = apiToken(state, match.publisher);
  return { status: 200, body: { success: true, token: minted, expires } };
}

/** Creates the project of a matching pending publisher; else why that fails, or undefined if none matches. */
function usePendingPublisher(state: IndexState, claims: Claims): 'existing' | { reason: string } | undefined {
  const match = matchPublisher(state.pendingPublishers, claims);
  if ('reason' in match) return undefined;
  const { projectName, ...publisher } = match.publisher;
  const name = normalized(projectName);
  const refusal = nameRefusal(state, projectName);
  if (refusal === 'existing') {
    state.pendingPublishers = state.pendingPublishers.filter((it) => it !== match.publisher);
    return 'existing';
  }
  if (refusal !== undefined) return { reason: refusalText(projectName, refusal) };
  const owners = [state.user];
  state.projects.push({ name: projectName, owners, maintainers: [], releases: [], publishers: [publisher] });
  state.pendingPublishers = state.pendingPublishers.filter((it) => normalized(it.projectName) !== name);
  return undefined;
}

/** The text of the HTTP error if a project cannot be created. */
function refusalText(name: string, refusal: Exclude<NameRefusal, 'existing'>): string {
  const help = 'See https://pypi.org/help/#project-name for more information.';
  const texts = {
    invalid: `The name '${name}' is invalid.`,
    prohibited: `The name '${name}' isn't allowed.`,
    'standard-library': `The name '${name}' isn't allowed (conflict with Python standard library module name).`,
    similar: `The name '${name}' is too similar to an existing project.`,
  };
  return `${texts[refusal]} ${help}`;
}

function apiToken(state: IndexState, publisher: PublisherState): ApiToken {
  const projects = state.projects.filter(({ publishers }) =>
    publishers.some((it) => isSamePublisher(it, publisher)),
  );
  const token = {
    secret: `pypi-${randomBytes(48).toString('base64url')}`,
    publisher,
    projects: projects.map(({ name }) => normalized(name)),
    expires: Math.floor(Date.now() / 1000) + lifetime,
  };
  state.apiTokens.push(token);
  return token;
}

/** The token in the body, or pydantic's error for a body without one. */
function payloadOf(body: string): { token: string } | { problem: string } {
  const problem = (at: string, text: string, kind: string) => ({
    problem: `1 validation error for TokenPayload\n${at}  ${text} [type=${kind}, input_value=...]\n    For further information visit https://errors.pydantic.dev/2.12/v/${kind}`,
  });
  let payload: unknown;
  try {
    payload = JSON.parse(body);
  } catch {
    return problem('', 'Invalid JSON: expected value at line 1 column 1', 'json_invalid');
  }
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
    return problem('', 'Input should be an object', 'model_type');
  const { token } = payload as { token?: unknown };
  if (token === undefined) return problem('token\n', 'Field required', 'missing');
  return typeof token === 'string'
    ? { token }
    : problem('token\n', 'Input should be a valid string', 'string_type');
}

function refused(code: string, description: string): Outgoing {
  return { status: 422, body: { message: 'Token request failed', errors: [{ code, description }] } };
}

/** The publisher that matches a token's claims, or the reason in the words of `warehouse/oidc/models/gitlab.py`. */
type Match<P> = { publisher: P } | { reason: string };

const required = ['sub', 'project_path', 'ci_config_ref_uri', 'jti', 'ref_path', 'sha'];

/** Finds the publisher for a GitLab ID token like Warehouse does: lookup first, then check by check. */
function matchPublisher<P extends PublisherState>(publishers: P[], claims: Claims): Match<P> {
  const missing = required.find((name) => claims[name] === undefined || claims[name] === null);
  if (missing !== undefined) return { reason: `Missing claim '${missing}'` };
  const file = /\/\/(.+[^/]\.ya?ml)(?=@)/.exec(String(claims.ci_config_ref_uri))?.[1];
  if (file === undefined) return { reason: 'Could not extract workflow filename from OIDC claims' };
  const candidates = publishers.filter(
    (it) => same(pathOf(it), String(claims.project_path)) && it.workflowFilepath === file,
  );
  const publisher =
    candidates.find((it) => it.environment !== '' && it.environment === claims.environment) ??
    candidates.find((it) => it.environment === '');
  if (!publisher) return { reason: 'Publisher with matching claims was not found' };
  const reason = mismatch(publisher, claims);
  return reason === undefined ? { publisher } : { reason };
}

/** The case of namespace and project only matters in one claim, which is compared with the form's input. */
function mismatch(publisher: PublisherState, claims: Claims): string | undefined {
  const path = pathOf(publisher);
  if (!claims.ref_path || !claims.sha) return 'The ref_path and sha claims are empty';
  const [kind = '', subject = ''] = String(claims.sub).split(':');
  if (!same(`${kind}:${subject}`, `project_path:${path}`)) return "Check failed for required claim 'sub'";
  const expected = [claims.ref_path, claims.sha]
    .map((ref) => `${new URL(String(claims.iss)).host}/${path}//${publisher.workflowFilepath}@${ref}`)
    .sort();
  const actual = String(claims.ci_config_ref_uri);
  if (expected.includes(actual)) return undefined;
  const list = expected.map((it) => `'${it}'`).join(', ');
  return `The ci_config_ref_uri claim does not match, expecting one of [${list}], got '${actual}'`;
}

/** Whether two registrations, perhaps for different projects, are the same publisher: the form's input decides. */
function isSamePublisher(one: PublisherState, other: PublisherState): boolean {
  return (
    pathOf(one) === pathOf(other) &&
    one.workflowFilepath === other.workflowFilepath &&
    one.environment === other.environment
  );
}

const pathOf = ({ namespace, project }: PublisherState) => `${namespace}/${project}`;

const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** A token's claims. */
type Claims = Record<string, unknown>;

/** The claims of a valid token, or what is wrong with it. */
type Verified = { claims: Claims } | { code: string; description: string };

const gitlabCom = 'https://gitlab.com';

/** PyPI's tolerance for clock skew, in seconds: `warehouse/oidc/services.py` of pypi/warehouse. */
const leeway = 30;

/**
 * Verifies a gitlab.com ID token like `mint_token_from_oidc` in `warehouse/oidc/views.py`: the claimed issuer first,
 * then the signature, then times and audience, which must be a single string.
 */
function verifyIdToken(
  token: string,
  { audience, issuer = gitlabCom, issuerKey: key, issuerKeyId = 'test' }: IndexState,
): Verified {
  const [head = '', body = '', signature = ''] = token.split('.');
  const [header, claims] = [decode(head), decode(body)];
  if (header === undefined || typeof claims?.iss !== 'string')
    return { code: 'invalid-payload', description: 'malformed JWT' };
  if (claims.iss !== issuer)
    return { code: 'invalid-payload', description: 'unknown trusted publishing issuer' };
  if (key === undefined)
    return { code: 'not-enabled', description: 'gitlab trusted publishing functionality not enabled' };
  const signed = Buffer.from(`${head}.${body}`);
  const genuine =
    header.alg === 'RS256' &&
    header.kid === issuerKeyId &&
    verify('sha256', signed, key, Buffer.from(signature, 'base64url'));
  return genuine && isCurrent(claims) && namesAreText(claims) && claims.aud === audience
    ? { claims }
    : { code: 'invalid-token', description: 'malformed or invalid token' };
}

function isCurrent({ exp, nbf, iat }: Claims): boolean {
  const now = Date.now() / 1000;
  const begins = nbf === undefined ? iat : nbf;
  return (
    typeof exp === 'number' &&
    typeof iat === 'number' &&
    typeof begins === 'number' &&
    now < exp + leeway &&
    Math.max(begins, iat) <= now + leeway
  );
}

/** PyJWT rejects a token whose subject or id is present but not a string. */
function namesAreText(claims: Claims): boolean {
  return ['sub', 'jti'].every((name) => !(name in claims) || typeof claims[name] === 'string');
}

function decode(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}
