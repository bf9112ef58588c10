import type { Outgoing } from '../http-server.ts';
import { type ProjectCall, paginated, refuse, required, requireEnvironments } from './call.ts';
import { shownDeployment } from './deployments.ts';
import { type EnvironmentState, newId } from './state.ts';
import { knows } from './versions.ts';

const tiers = ['production', 'staging', 'testing', 'development', 'other'];
/** The exact version is unknown; older servers silently drop the description. */
const describedSince = [17, 8] as const;
const nameRule = /^[a-zA-Z0-9_${}. -]([a-zA-Z0-9_/${}. -]*[a-zA-Z0-9_${}. -])?$/;

/** Environments in every state, optionally filtered by name or search. */
export function listEnvironments(call: ProjectCall): Outgoing {
  requireEnvironments(call, call.project.visibility === 'public' ? 0 : 20);
  const { name, search, states } = call.params as Record<string, string | undefined>;
  if (name !== undefined && search !== undefined)
    throw refuse.parameter('name, search cannot be used together');
  if (search !== undefined && search.length < 3)
    throw refuse.badRequest('Search query is less than 3 characters');
  const found = call.project.environments.filter(
    (it) =>
      (name === undefined || it.name === name) &&
      (search === undefined || it.name.includes(search)) &&
      (states === undefined || it.state === states),
  );
  return paginated(
    call,
    found.map((it) => shown(call, it)),
  );
}

/** One environment by id; there is no lookup by name. */
export function showEnvironment(call: ProjectCall, id: string): Outgoing {
  requireEnvironments(call, 20);
  return {
    status: 200,
    body: { ...shown(call, find(call, id)), last_deployment: lastDeployment(call, find(call, id)) },
  };
}

/** Creates an environment; a name is taken whatever state its environment is in. */
export function createEnvironment(call: ProjectCall): Outgoing {
  requireEnvironments(call, 30);
  const name = String(required(call.params, 'name'));
  const fields = validated(call);
  if (name.length > 255 || !nameRule.test(name)) {
    const rule =
      "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'";
    throw refuse.fields({ name: [rule] });
  }
  if (call.project.environments.some((it) => it.name === name))
    throw refuse.fields({ name: ['has already been taken'] });
  const environment: EnvironmentState = {
    id: newId(),
    name,
    slug: name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 24),
    description: null,
    external_url: null,
    state: 'available',
    tier: guessTier(name),
    ...fields,
  };
  call.project.environments.push(environment);
  return { status: 201, body: shown(call, environment) };
}

/** Changes an environment; its name never changes, whatever is sent. */
export function updateEnvironment(call: ProjectCall, id: string): Outgoing {
  requireEnvironments(call, 30);
  const environment = find(call, id);
  Object.assign(environment, validated(call));
  return { status: 200, body: shown(call, environment) };
}

/** Stops an environment, which keeps its name. */
export function stopEnvironment(call: ProjectCall, id: string): Outgoing {
  requireEnvironments(call, 30);
  const environment = find(call, id);
  environment.state = 'stopped';
  return { status: 200, body: shown(call, environment) };
}

/** Deletes a stopped environment. */
export function deleteEnvironment(call: ProjectCall, id: string): Outgoing {
  requireEnvironments(call, 30);
  const environment = find(call, id);
  if (environment.state !== 'stopped') throw refuse.forbidden();
  call.project.environments = call.project.environments.filter((it) => it !== environment);
  return { status: 204 };
}

function find({ project }: ProjectCall, id: string): EnvironmentState {
  const environment = project.environments.find((it) => String(it.id) === id);
  if (!environment) throw refuse.noRecord();
  return environment;
}

function lastDeployment(call: ProjectCall, { name }: EnvironmentState) {
  const done = call.project.deployments.filter((it) => it.environment === name && it.status === 'success');
  const last = done.toSorted((one, other) => other.id - one.id)[0];
  return last === undefined ? null : shownDeployment(call, last);
}

function validated({ state, params }: ProjectCall): Partial<EnvironmentState> {
  const { tier, external_url, description } = params;
  if (tier !== undefined && !tiers.includes(String(tier)))
    throw refuse.parameter('tier does not have a valid value');
  const url = external_url === undefined ? undefined : String(external_url);
  if (url !== undefined && url.length > 255)
    throw refuse.fields({ external_url: ['is too long (maximum is 255 characters)'] });
  if (url && /^(javascript|data|vbscript):/i.test(url)) {
    throw refuse.fields({ external_url: [`${url.split(':')[0]} scheme is not allowed`] });
  }
  return {
    ...(tier === undefined ? {} : { tier: String(tier) }),
    ...(url === undefined ? {} : { external_url: url }),
    ...(description === undefined || !knows(state, describedSince)
      ? {}
      : { description: String(description) }),
  };
}

/** GitLab's default for the tier: `release` becomes `other`. */
function guessTier(name: string): string {
  if (/(dev|review|trunk)/i.test(name)) return 'development';
  if (/(test|tst|int|ac(ce|)pt|qa|qc|control|quality)/i.test(name)) return 'testing';
  if (/(st(a|)g|mod(e|)l|pre|demo|non)/i.test(name)) return 'staging';
  return /(pr(o|)d|live)/i.test(name) ? 'production' : 'other';
}

function shown({ state }: ProjectCall, { description, ...environment }: EnvironmentState) {
  return {
    ...environment,
    ...(knows(state, describedSince) ? { description } : {}),
    created_at: '2026-01-01T00:00:00.000Z',
    auto_stop_at: null,
    auto_stop_setting: 'always',
  };
}
