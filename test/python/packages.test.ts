import { describe, expect, it } from 'vitest';
import { packagesIn, workspaceMembers } from '../../src/python/packages.ts';

const named = (name: string) => `[project]\nname = "${name}"\nversion = "1.0"\n`;

describe('a repository with several packages', () => {
  it('has each folder with a named project, but none that only shows or tests something', () => {
    const texts = new Map([
      ['pyproject.toml', named('Kelp_Table')],
      ['libs/map/pyproject.toml', named('kelp-map')],
      ['examples/shop/pyproject.toml', named('shop')],
      ['tests/fixtures/odd/pyproject.toml', 'no [ toml'],
      ['tools/pyproject.toml', '[tool.ruff]\nline-length = 100\n'],
    ]);
    expect(packagesIn(texts)).toEqual([
      { name: 'kelp-table', directory: '.' },
      { name: 'kelp-map', directory: 'libs/map' },
    ]);
  });

  it('has folders that are named in setup.cfg or setup.py alone', () => {
    const texts = new Map([
      ['lib/one/setup.cfg', '[metadata]\nname = Kelp_One\n'],
      ['lib/two/setup.py', 'from setuptools import setup\n\nsetup(\n    name="kelp-two",\n)\n'],
      ['lib/two/pyproject.toml', '[build-system]\nrequires = ["setuptools"]\n'],
      ['lib/three/setup.py', 'from setuptools import setup\n\nsetup()\n'],
      ['examples/setup.py', 'from setuptools import setup\n\nsetup(name="shown")\n'],
    ]);
    expect(packagesIn(texts)).toEqual([
      { name: 'kelp-one', directory: 'lib/one' },
      { name: 'kelp-two', directory: 'lib/two' },
    ]);
  });

  it('has members of a workspace only where the root is no package itself', () => {
    const member = ['packages/core/pyproject.toml', named('kelp-core')] as const;
    const workspace = '[tool.uv.workspace]\nmembers = ["packages/*"]\n';
    const virtual = new Map([['pyproject.toml', workspace], member]);
    const unpublished = new Map([
      ['pyproject.toml', `${named('all')}[tool.uv]\npackage = false\n${workspace}`],
      member,
    ]);
    const published = new Map([['pyproject.toml', `${named('all')}${workspace}`], member]);
    const members = [{ name: 'kelp-core', directory: 'packages/core' }];
    expect(workspaceMembers(virtual, '.')).toEqual(members);
    expect(workspaceMembers(unpublished, '.')).toEqual(members);
    expect(workspaceMembers(published, '.')).toBeUndefined();
    expect(workspaceMembers(published, 'packages/core')).toBeUndefined();
  });
});
