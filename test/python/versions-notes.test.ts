import { describe, expect, it } from 'vitest';
import type { PythonFiles } from '../../src/python/python-files.ts';
import { isCompiled } from '../../src/python/versions/compiled.ts';
import { versionFromVcs } from '../../src/python/versions/index.ts';

const project = (backend: string, rest = '', requires = '"x"') =>
  `[build-system]\nrequires = [${requires}]\nbuild-backend = "${backend}"\n\n[project]\nname = "demo-pkg"\n${rest}\n`;
const fixed = 'version = "1.2.3"\n';
const dynamic = 'dynamic = ["version"]\n';

describe('settings that are no longer read', () => {
  it.each<[string, PythonFiles, RegExp]>([
    [
      'a file of hatchling',
      {
        'pyproject.toml': project('hatchling.build', `${dynamic}[tool.hatch.version]\npath = "src/about.py"`),
      },
      /written in src\/about\.py is no longer read/,
    ],
    [
      'a file of pdm-backend',
      {
        'pyproject.toml': project(
          'pdm.backend',
          `${dynamic}[tool.pdm.version]\nsource = "file"\npath = "a.py"`,
        ),
      },
      /written in a\.py is no longer read/,
    ],
    [
      'a file of setuptools',
      {
        'pyproject.toml': project(
          'setuptools.build_meta',
          `${dynamic}[tool.setuptools.dynamic]\nversion = { file = ["VERSION"] }`,
        ),
      },
      /points to \(file: VERSION\) is no longer read/,
    ],
    [
      'a version bumped by bump-my-version',
      {
        'pyproject.toml': project('hatchling.build', `${fixed}[tool.bumpversion]\ncurrent_version = "1.2.3"`),
      },
      /no longer from \[tool\.bumpversion\]; a tag that the tool creates/,
    ],
    [
      'a version bumped by bumpversion',
      {
        'pyproject.toml': project('setuptools.build_meta', fixed),
        'setup.cfg': '[bumpversion]\ncurrent_version = 1.2.3\n',
      },
      /no longer from \[bumpversion\] of setup\.cfg/,
    ],
  ])('are reported: %s', (_, files, note) => {
    expect(versionFromVcs(files, { directory: '.' }).notes.join('\n')).toMatch(note);
  });

  it('are not reported if the written version stays', () => {
    const files = {
      'pyproject.toml': project('uv_build', `${fixed}[tool.commitizen]\nversion = "1.2.3"`),
    };
    expect(versionFromVcs(files, { directory: '.' }).notes.join('\n')).not.toMatch(/no longer from/);
  });
});

describe('tags without a v', () => {
  const text = (options = '') =>
    project(
      'poetry_dynamic_versioning.backend',
      `${dynamic}[tool.poetry]\nversion = "0.0.0"\n[tool.poetry-dynamic-versioning]\nenable = true\nmetadata = false\nbump = true\n${options}`,
    );
  const edit = (options: string, tags: string[]) =>
    versionFromVcs({ 'pyproject.toml': text(options) }, { directory: '.', tags });
  const pattern = 'pattern = "default-unprefixed"\n';

  it('are read by poetry-dynamic-versioning if the newest version tag has none', () => {
    const result = edit('', ['nightly', '1.3.0', 'v1.2.3']);
    expect(result).toMatchObject({
      kind: 'edited',
      edits: [{ after: text(pattern) }],
    });
  });

  it.each([
    ['the newest has one', '', ['v1.3.0', '1.2.3']],
    ['there are none', '', ['nightly']],
    ['the user has a pattern', 'pattern = "^(?P<base>.*)"\n', ['1.2.3']],
    ['the user has a prefix', 'pattern-prefix = "demo-"\n', ['1.2.3']],
  ])('are left to the user if %s', (_, options, tags) => {
    expect(edit(options, tags).kind).toBe('unchanged');
  });
});

describe('publishing only the source distribution', () => {
  const setupPy = (keyword: string) => `from setuptools import setup\nsetup(name='x', ${keyword})\n`;

  it.each<[string, PythonFiles]>([
    ['scikit-build-core', { 'pyproject.toml': project('scikit_build_core.build') }],
    ['maturin', { 'pyproject.toml': project('maturin') }],
    ['meson-python', { 'pyproject.toml': project('mesonpy') }],
    ['Cython', { 'pyproject.toml': project('setuptools.build_meta', '', '"setuptools", "Cython>=3"') }],
    ['pybind11', { 'pyproject.toml': project('setuptools.build_meta', '', '"pybind11~=2.6"') }],
    ['mypyc', { 'pyproject.toml': project('setuptools.build_meta', '', '"mypy[mypyc]"') }],
    ['setuptools-rust', { 'pyproject.toml': project('setuptools.build_meta', '', '"setuptools_rust"') }],
    [
      'ext-modules',
      { 'pyproject.toml': project('setuptools.build_meta', '[[tool.setuptools.ext-modules]]\nname = "x"') },
    ],
    ['ext_modules', { 'setup.py': setupPy('ext_modules=[Extension("x", ["x.c"])]') }],
    ['cffi_modules', { 'setup.py': setupPy('cffi_modules=["build.py:ffi"]') }],
    ['a setup.py with many calls', { 'setup.py': `${setupPy('ext_modules=e')}${setupPy('version="1"')}` }],
    [
      'a build script of Poetry',
      { 'pyproject.toml': project('poetry.core.masonry.api', '[tool.poetry.build]\nscript = "b.py"') },
    ],
    [
      'a hook of hatchling',
      { 'pyproject.toml': project('hatchling.build', '[tool.hatch.build.hooks.mypyc]\ndependencies = []') },
    ],
  ])('is done for compiled code: %s', (_, files) => {
    expect(isCompiled(files)).toBe(true);
    const { notes } = versionFromVcs(files, { directory: '.' });
    expect(notes.join('\n')).toContain('refuse Linux wheels that are not made in a manylinux');
  });

  it.each<[string, PythonFiles]>([
    [
      'setuptools',
      { 'pyproject.toml': project('setuptools.build_meta'), 'setup.py': setupPy('version="1"') },
    ],
    [
      'a hook that is off',
      {
        'pyproject.toml': project(
          'hatchling.build',
          '[tool.hatch.build.targets.wheel.hooks.mypyc]\nenable-by-default = false',
        ),
      },
    ],
  ])('is not done for pure Python: %s', (_, files) => {
    expect(isCompiled(files)).toBe(false);
  });
});
