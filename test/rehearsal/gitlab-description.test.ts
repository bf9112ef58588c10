import { afterEach, describe, expect, it } from 'vitest';
import { roleRow, teamState } from '../../src/rehearsal/gitlab/state.ts';
import type { Incoming } from '../../src/rehearsal/http-server.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { reportOf } from '../support/program.ts';
import { answerErrors, type Described, description } from './gitlab-description.ts';

let here: World;

afterEach(() => here.close());

const pathOf = ({ path }: Incoming) => path.replace('/api/v4/', '');

function describedOf(request: Incoming): Described {
  const found = description.find(
    ({ method, path }) => method === request.method && path.test(pathOf(request)),
  );
  if (!found) throw new Error(`No description of ${request.method} ${request.path}`);
  return found;
}

/** Parameters missing from an endpoint's description. */
function unknownParams(request: Incoming): string[] {
  const { query, body } = describedOf(request);
  const sent = request.body === '' ? {} : (JSON.parse(request.body) as object);
  const inQuery = [...request.query.keys()].map((key) => key.replace(/\[.*$/, ''));
  return [
    ...inQuery.filter((key) => ![...query, ...body].includes(key)),
    ...Object.keys(sent).filter((key) => !body.includes(key)),
  ].map((key) => `${request.method} ${request.path}: ${key}`);
}

async function again({ method, target, body }: Incoming) {
  const response = await fetch(here.gitlab.url + target, {
    method,
    headers: { 'private-token': 'glpat-demo-alice', 'content-type': 'application/json' },
    ...(body === '' || method === 'GET' ? {} : { body }),
  });
  return { ok: response.ok, body: await response.json().catch(() => undefined) };
}

/** Sets a project up, lets it drift, and checks it; returns every request made. */
async function requestsOf(plan: 'free' | 'premium', edition: 'ee' | 'ce'): Promise<Incoming[]> {
  const protected_tags = [{ name: '*', create_access_levels: [roleRow(30)] }];
  const state = { ...teamState({ plan, protected_tags }, scratchFiles()), edition };
  here = await startWorld({ state });
  const requests: Incoming[] = [];
  here.gitlab.intercept = (request) => {
    if (request.path.startsWith('/api/v4/')) requests.push(request);
    return undefined;
  };
  const route = plan === 'premium' ? 'protected' : 'trusted';
  expect((await reportOf(here, ['setup', '--yes', '--route', route])).exitCode).toBe(0);
  await reportOf(here, ['check']);
  delete here.gitlab.intercept;
  return requests;
}

describe("GitLab's own description", () => {
  it.each([
    ['premium', 'ee'],
    ['free', 'ee'],
    ['free', 'ce'],
  ] as const)('knows each request that the tool sends to %s %s, and each answer', async (plan, edition) => {
    const requests = await requestsOf(plan, edition);
    expect(requests.length).toBeGreaterThan(10);
    expect(requests.flatMap(unknownParams)).toEqual([]);
    for (const request of requests.filter(({ method }) => method === 'GET')) {
      const { ok, body } = await again(request);
      if (ok) expect([request.path, answerErrors(describedOf(request), body)]).toEqual([request.path, []]);
    }
  });

  it('covers each response to a change', async () => {
    here = await startWorld();
    const send = async (method: string, rest: string, body: object) => {
      const path = `/api/v4/projects/42${rest}`;
      const request = { method, target: path, path, body: JSON.stringify(body) } as Incoming;
      const answer = await again(request);
      expect([path, answer.ok, answerErrors(describedOf(request), answer.body)]).toEqual([path, true, []]);
      return answer.body as { id: number };
    };
    const level = { access_level: 40 };
    const { id } = await send('POST', '/environments', { name: 'release' });
    await send('PUT', `/environments/${id}`, { tier: 'production' });
    await send('PUT', '', { ci_config_path: 'ci.yml' });
    await send('POST', '/protected_environments', {
      name: 'release',
      deploy_access_levels: [level, { user_id: 2 }],
      approval_rules: [level],
    });
    await send('PUT', '/protected_environments/release', { approval_rules: [{ user_id: 2 }] });
    await send('POST', '/protected_tags', { name: '*', allowed_to_create: [level, { deploy_key_id: 7 }] });
    await send('POST', '/protected_branches', { name: 'next' });
    await send('PATCH', '/protected_branches/next', { allowed_to_push: [{ user_id: 2 }] });
    await send('POST', '/variables', { key: 'A', value: 'long-enough', masked_and_hidden: true, raw: true });
    await send('PUT', '/variables/A', { value: 'even-longer-one' });
    await send('POST', '/ci/lint', { content: 'a: {script: x}', include_jobs: true });
  });
});
