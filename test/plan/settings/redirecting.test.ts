import { expect, it } from 'vitest';
import type { Goal } from '../../../src/goal/index.ts';
import type { PublishTool, Route } from '../../../src/kernel/route.ts';
import { type Redirection, redirectingVariables } from '../../../src/plan/settings/redirecting.ts';

/** What a variable does to uv and to twine, in jobs as this tool writes them, and in jobs that it could not edit. */
const table: [key: string, uv: string, twine: string, uvAsItStands: string, twineAsItStands: string][] = [
  ['BASH_ENV', 'shell', 'shell', 'shell', 'shell'],
  ['PYTHONPATH', 'python', 'python', 'python', 'python'],
  ['LD_PRELOAD', 'library', 'library', 'library', 'library'],
  ['PATH', 'programs', 'programs', 'programs', 'programs'],
  ['GIT_STRATEGY', '', 'checkout', '', 'checkout'],
  ['UV_CONFIG_FILE', 'configuration', 'installation', 'configuration', 'installation'],
  ['UV_PUBLISH_INDEX', 'refusal', '', 'refusal', ''],
  ['UV_KEYRING_PROVIDER', 'refusal', '', 'refusal', ''],
  ['UV_INSECURE_HOST', 'certificate', 'certificate', 'certificate', 'certificate'],
  ['UV_PUBLISH_URL', '', '', 'address', ''],
  ['TWINE_REPOSITORY', '', '', '', 'address'],
  ['TWINE_REPOSITORY_URL', '', '', '', 'address'],
  ['UV_DEFAULT_INDEX', '', 'installation', 'installation', 'installation'],
  ['UV_INDEX', '', 'installation', 'installation', 'installation'],
  ['UV_INDEX_URL', '', 'installation', 'installation', 'installation'],
  ['UV_EXTRA_INDEX_URL', '', 'installation', 'installation', 'installation'],
  ['UV_FIND_LINKS', '', 'installation', 'installation', 'installation'],
  ['PIP_INDEX_URL', '', '', '', 'installation'],
  ['PIP_EXTRA_INDEX_URL', '', '', '', 'installation'],
  ['PYPI_ID_TOKEN', 'id-token', 'id-token', 'id-token', 'id-token'],
  ['TESTPYPI_ID_TOKEN', '', '', '', ''],
  ['HTTPS_PROXY', '', '', '', ''],
  ['UV_CACHE_DIR', '', '', '', ''],
];

function effect(
  key: string,
  publishWith: PublishTool,
  isOurs: boolean,
  environmentScope = '*',
  route: Route = 'trusted',
  attest = false,
): string {
  const goal = {
    attest: { value: attest },
    publishWith: { value: publishWith },
    route: { value: route },
    indexes: [{ environment: 'release', audience: 'pypi' }],
  } as unknown as Goal;
  const flags = { protected: false, masked: false, hidden: false, raw: false, type: 'env_var' } as const;
  const variable = { key, environmentScope, holder: { of: 'project' }, ...flags } as const;
  const found: Redirection[] = redirectingVariables([variable], goal, isOurs).map(({ does }) => does);
  return found.join();
}

it.each(table)('%s redirects what it can reach', (key, uv, twine, uvAsItStands, twineAsItStands) => {
  expect([
    effect(key, 'uv', true),
    effect(key, 'twine', true),
    effect(key, 'uv', false),
    effect(key, 'twine', false),
  ]).toEqual([uv, twine, uvAsItStands, twineAsItStands]);
});

it('a variable for other environments redirects nothing', () => {
  expect(effect('BASH_ENV', 'uv', true, 'staging')).toBe('');
  expect(effect('BASH_ENV', 'uv', true, 'rel*')).toBe('shell');
});

it('the variable by which uv leaves attestations out matters only where they are wanted', () => {
  const effectWhere = (tool: PublishTool, attest: boolean) =>
    effect('UV_PUBLISH_NO_ATTESTATIONS', tool, true, '*', 'trusted', attest);
  expect([effectWhere('uv', true), effectWhere('twine', true), effectWhere('uv', false)]).toEqual([
    'no-attestations',
    '',
    '',
  ]);
});

it('the job that installs twine has no environment, so only a variable for all of them reaches it', () => {
  expect(effect('UV_DEFAULT_INDEX', 'twine', true, 'release')).toBe('');
  expect(effect('UV_DEFAULT_INDEX', 'twine', true, '*')).toBe('installation');
});

it('on the route with an API token neither the keyring nor the name of an ID token redirects anything', () => {
  for (const key of ['UV_KEYRING_PROVIDER', 'PYPI_ID_TOKEN'])
    expect(effect(key, 'uv', true, '*', 'token')).toBe('');
  for (const key of ['BASH_ENV', 'UV_PUBLISH_INDEX'])
    expect(effect(key, 'uv', true, '*', 'token')).not.toBe('');
});
