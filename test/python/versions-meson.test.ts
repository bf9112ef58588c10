import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { versionFromVcs } from '../../src/python/versions/index.ts';
import { buildOnAndAfterTag, commitAll, repositoryOf } from '../support/builds.ts';
import { findTool } from '../support/tools.ts';

const uv = findTool('uv', 'UV');

/** Follows the instructions for meson-python. */
function byHand(files: Record<string, string>, manual: string): Record<string, string> {
  const [, requires] = /write (requires = \[.*?\])/.exec(manual) ?? [];
  const [, version] = /meson\.build write (version: .*)$/.exec(manual) ?? [];
  return {
    'pyproject.toml': (files['pyproject.toml'] ?? '')
      .replace(/^requires = .*$/m, requires ?? '')
      .replace(/^version = .*$/m, 'dynamic = ["version"]'),
    'meson.build': (files['meson.build'] ?? '').replace(/version: '9\.9\.9'/, version ?? ''),
  };
}

describe.skipIf(!uv).concurrent('meson-python, set up by following the instructions', () => {
  it.each([
    ['version = "9.9.9"', '.', /fixed version of \[project\]/],
    ['dynamic = ["version"]', 'python', /takes the version from meson\.build/],
  ])(
    'takes the version from git: %s, in %s',
    async (line, directory, reason) => {
      const files = {
        'pyproject.toml': `[build-system]\nrequires = ["meson-python", "ninja"]\nbuild-backend = "mesonpy"\n\n[project]\nname = "demo-pkg"\n${line}\n`,
        'meson.build':
          "project('demo-pkg', version: '9.9.9')\npy = import('python').find_installation(pure: true)\npy.install_sources('demo_pkg.py')\n",
      };
      const result = versionFromVcs(files, { directory });
      if (result.kind !== 'refused') throw new Error(`It was not refused: ${JSON.stringify(result)}`);
      expect(result.reason).toMatch(reason);
      const before = Object.entries({ ...files, 'demo_pkg.py': '' });
      const root = await repositoryOf(
        Object.fromEntries(before.map(([name, text]) => [join(directory, name), text])),
      );
      for (const [name, text] of Object.entries(byHand(files, result.manual)))
        await writeFile(join(root, directory, name), text);
      await commitAll(root);
      const built = await buildOnAndAfterTag(uv ?? '', root, { directory });
      expect(built.filter((name) => name.endsWith('.tar.gz'))).toEqual([
        'demo_pkg-1.2.3.tar.gz',
        'demo_pkg-1.2.4.dev1.tar.gz',
      ]);
      expect(built.filter((name) => name.endsWith('.whl')).map((name) => name.split('-')[1])).toEqual([
        '1.2.3',
        '1.2.4.dev1',
      ]);
    },
    180_000,
  );
});
