import type { Incoming, Outgoing } from '../../src/rehearsal/http-server.ts';
import type { World } from '../../src/rehearsal/world.ts';
import { type Canary, canaries, canariesIn } from './canaries.ts';

/** Ways to echo what was sent: the `Authorization` header and the body, anywhere a response has room. */
export const echoes: Record<string, (sent: string, elsewhere: string) => Outgoing> = {
  'a message': (sent) => ({ status: 400, body: { message: `Not with ${sent}` } }),
  'a list of messages': (sent) => ({ status: 422, body: { message: { base: [`Not with ${sent}`] } } }),
  'an OAuth error': (sent) => ({
    status: 401,
    body: { error: 'invalid_token', error_description: `Not with ${sent}` },
  }),
  'a page': (sent) => ({ status: 500, body: `<html>Not with ${sent}</html>` }),
  'a redirect': (sent, elsewhere) => ({
    status: 302,
    headers: { location: `${elsewhere}/?sent=${encodeURIComponent(sent)}` },
  }),
  'an unencoded redirect': (sent, elsewhere) => ({
    status: 307,
    headers: { location: `${elsewhere}/${sent.replace(/[^ -~]/g, '')}` },
  }),
  'a status text': (sent) => ({ status: 403, reason: `Not with ${sent}`, body: { message: 'No' } }),
  'a success': (sent) => ({ status: 200, body: { message: `Welcome, ${sent}` } }),
};

/** How many requests reached all servers, and the secrets in them that did not belong there. */
export interface Watch {
  requests: number;
  strays: string[];
}

/** Watches all requests, and makes GitLab echo some of them and be as open as it is to Maintainers. */
export async function watch(
  world: World,
  echo: (request: Incoming) => Outgoing | undefined,
  own: Canary,
): Promise<Watch> {
  const seen: Watch = { requests: 0, strays: [] };
  const note = (server: string, { method, target, body }: Incoming, headers: object, allowed: Canary[]) => {
    seen.requests += 1;
    const strange = canariesIn(JSON.stringify([headers, target, body])).filter((it) => !allowed.includes(it));
    seen.strays.push(...strange.map((name) => `${name} in ${method} ${target} to ${server}`));
  };
  const project = await openProject(world, own);
  world.gitlab.intercept = (request) => {
    const { authorization = '', ...headers } = request.headers;
    if (authorization !== `Bearer ${canaries[own]}`) seen.strays.push(`'${authorization}' to GitLab`);
    note('GitLab', request, headers, allowedIn(request));
    const isProject = request.method === 'GET' && /\/projects\/[^/]+$/.test(request.path);
    return echo(request) ?? (isProject ? { status: 200, body: project } : undefined);
  };
  for (const index of ['pypi', 'testpypi'] as const)
    world[index].intercept = (request) => void note(index, request, request.headers, []);
  return seen;
}

/** A variable's value may be sent when creating it, and GitLab's lint sees the pipeline as it is. */
function allowedIn({ method, path }: Incoming): Canary[] {
  if (path.endsWith('/ci/lint')) return ['pipeline'];
  return method !== 'GET' && path.includes('/variables') ? ['PYPI_TOKEN', 'TESTPYPI_TOKEN'] : [];
}

/** The project including its secret attributes. */
async function openProject({ gitlab }: World, own: Canary): Promise<object> {
  const headers = { authorization: `Bearer ${canaries[own]}` };
  const answer = await fetch(`${gitlab.url}/api/v4/projects/42`, { headers });
  const secrets = {
    runners_token: canaries.runners,
    import_url: `https://user:${canaries.import}@example.org/x.git`,
  };
  return { ...((await answer.json()) as object), ...secrets };
}
