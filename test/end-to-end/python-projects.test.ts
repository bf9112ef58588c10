import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { reportOf } from '../support/program.ts';

let here: World | undefined;

afterEach(async () => {
  await here?.close();
  here = undefined;
});

/** The report of `check` in a rehearsal world with these files and this tag. */
async function check(files: Record<string, string>, tag?: string) {
  here = await startWorld();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(here.directory, path)), { recursive: true });
    await writeFile(join(here.directory, path), text);
  }
  if (tag) execFileSync('git', ['tag', tag], { cwd: here.directory });
  const { report } = await reportOf(here, ['check']);
  const diffOf = (path: string) => report.files.find((file) => file.path === path)?.diff ?? '';
  return { setting: report.settings.find(({ id }) => id === 'pyproject'), diffOf };
}

const poetry = `[build-system]
requires = ["poetry-core>=1.0"]
build-backend = "poetry.core.masonry.api"

[tool.poetry]
name = "demo-pkg"
version = "1.0.0"
description = ""
authors = []
`;

describe('check', () => {
  it("finds the version in flit's module, for the pipeline to change there", async () => {
    const { setting, diffOf } = await check({
      'pyproject.toml':
        '[build-system]\nrequires = ["flit_core>=4"]\nbuild-backend = "flit_core.buildapi"\n\n[project]\nname = "flit-demo"\ndynamic = ["version", "description"]\n',
      'src/flit_demo/__init__.py': '"""x"""\n__version__ = "1.2.3"\n',
    });
    expect(setting).toMatchObject({
      state: 'missing',
      message: expect.stringMatching(/^The choices are not declared .* test uploads are the version in/),
    });
    expect(diffOf('.gitlab-ci.yml')).toMatch(/^\+.*sed -i .* src\/flit_demo\/__init__\.py'$/m);
  });

  it('sets up tags without a v if the newest tag has none', async () => {
    const pattern = '+pattern = "default-unprefixed"';
    expect((await check({ 'pyproject.toml': poetry }, '1.0.0')).diffOf('pyproject.toml')).toContain(pattern);
    await here?.close();
    expect((await check({ 'pyproject.toml': poetry }, 'v1.0.0')).diffOf('pyproject.toml')).not.toContain(
      pattern,
    );
  });
});
