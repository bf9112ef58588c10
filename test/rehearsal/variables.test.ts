import { afterEach, describe, expect, it } from 'vitest';
import { type RehearsalGitLab, startGitLab } from '../../src/rehearsal/gitlab/server.ts';
import { type GitLabState, teamState } from '../../src/rehearsal/gitlab/state.ts';

let server: RehearsalGitLab;
afterEach(() => server.close());

const begin = async (change: Partial<GitLabState> = {}) => {
  server = await startGitLab({ ...teamState(), ...change });
};

async function ask(method: string, path: string, body?: object, token = 'glpat-demo-alice') {
  const headers = { 'private-token': token, 'content-type': 'application/json' };
  const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
  const response = await fetch(`${server.url}/api/v4/${path}`, init);
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const at = 'projects/42/variables';
const token = 'pypi-AgEIcHlwaS5vcmc';
const twoScopes = async () => {
  for (const environment_scope of ['a', 'b'])
    await ask('POST', at, { key: 'K', value: token, environment_scope });
};

describe("the rehearsal GitLab's variables", () => {
  it('can be hidden and masked at once, and then show no value', async () => {
    await begin();
    const made = await ask('POST', at, { key: 'K', value: token, masked: true, masked_and_hidden: true });
    expect(made).toMatchObject({ status: 201, body: { masked: true, hidden: true, value: null } });
    expect((await ask('PUT', `${at}/K`, { masked: false })).body.masked).toBe(true);
  });

  it.each(['masked', 'hidden'] as const)('are left without %s by a server too old for it', async (field) => {
    await begin({ unknown_variable_fields: ['hidden', field] });
    const { body } = await ask('POST', at, { key: 'K', value: token, masked: true, masked_and_hidden: true });
    expect(body).not.toHaveProperty(field);
    expect(server.state.projects[0]?.variables[0]).toMatchObject({
      masked: field === 'hidden',
      hidden: false,
    });
  });

  it('with one key and several scopes can only be changed and deleted with a filter', async () => {
    await begin();
    await twoScopes();
    const refusal = {
      status: 409,
      body: {
        message:
          "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'",
      },
    };
    expect(await ask('PUT', `${at}/K`, { protected: true })).toEqual(refusal);
    expect(await ask('DELETE', `${at}/K`)).toEqual(refusal);
    const changed = await ask('PUT', `${at}/K`, { protected: true, filter: { environment_scope: 'b' } });
    expect(changed).toMatchObject({ status: 200, body: { environment_scope: 'b', protected: true } });
    expect(
      await ask('PUT', `${at}/K`, { environment_scope: 'a', filter: { environment_scope: 'b' } }),
    ).toEqual({ status: 400, body: { message: { key: ['(K) has already been taken'] } } });
    expect((await ask('DELETE', `${at}/K?filter[environment_scope]=a`)).status).toBe(204);
    expect(server.state.projects[0]?.variables.map(({ environment_scope: it }) => it)).toEqual(['b']);
    expect(await ask('DELETE', `${at}/K?filter[environment_scope]=a`)).toEqual({
      status: 404,
      body: { message: '404 Variable Not Found' },
    });
  });

  it('of a group are only shown to its Owners', async () => {
    await begin();
    expect(await ask('GET', 'groups/demo-group/variables')).toEqual({ status: 200, body: [] });
    expect(await ask('GET', 'groups/demo-group/variables', undefined, 'glpat-demo-carol')).toEqual({
      status: 403,
      body: { message: '403 Forbidden' },
    });
    expect(await ask('GET', 'groups/other/variables')).toEqual({
      status: 404,
      body: { message: '404 Group Not Found' },
    });
  });
});

describe("the rehearsal GitLab's deployments", () => {
  it('come in the requested order, for the requested environment', async () => {
    await begin();
    const one = { environment: 'release', ref: 'v1', sha: 'a', job: 'release', created_at: '' };
    server.state.projects[0]?.deployments.push(
      { ...one, id: 1, status: 'success' },
      { ...one, id: 2, status: 'failed' },
      { ...one, id: 3, status: 'success' },
      { ...one, id: 4, status: 'success', environment: 'other' },
    );
    const { body } = await ask('GET', 'projects/42/deployments?environment=release&status=success&sort=desc');
    expect(body.map(({ id, deployable }: { id: number; deployable: object }) => [id, deployable])).toEqual([
      [3, { name: 'release' }],
      [1, { name: 'release' }],
    ]);
  });
});
