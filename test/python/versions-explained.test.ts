import { describe, expect, it } from 'vitest';
import type { PythonFiles } from '../../src/python/python-files.ts';
import { buildTimeVersion, versionFromVcs } from '../../src/python/versions/index.ts';

function project(backend: string, rest = 'dynamic = ["version"]'): string {
  return `[build-system]\nrequires = ["x"]\nbuild-backend = "${backend}"\n\n[project]\nname = "demo-pkg"\n${rest}\n`;
}

const hatch = (table: string) => ({
  'pyproject.toml': `${project('hatchling.build')}[tool.hatch.version]\n${table}\n`,
});
const cargo = (version: string) => ({
  'pyproject.toml': project('maturin'),
  'Cargo.toml': `[package]\nname = "demo"\n${version}\n[dependencies]\nversion = "1.2.3"\n`,
});

const refusals: Record<string, { files: PythonFiles; directory?: string; reason: RegExp; manual: RegExp }> = {
  'hatchling reading the version from an environment variable': {
    files: hatch('source = "env"\nvariable = "DEMO_VERSION"'),
    reason: /source 'env'/,
    manual: /export DEMO_VERSION="\$\{CI_COMMIT_TAG#v\}"/,
  },
  'hatchling running code for the version': {
    files: hatch('source = "code"\npath = "src/about.py"'),
    reason: /source 'code'/,
    manual: /Make src\/about\.py give each commit its own version .* Or delete \[tool\.hatch\.version\]/,
  },
  'hatchling with hatch-regex-commit': {
    files: hatch('source = "regex_commit"\npath = "src/about.py"'),
    reason: /source 'regex_commit'/,
    manual: /hatch-regex-commit writes the version into src\/about\.py/,
  },
  'uv_build without a version': {
    files: { 'pyproject.toml': project('uv_build') },
    reason: /not written in \[project\]/,
    manual: /Write version = "1\.2\.3" into \[project\]/,
  },
  'flit without its module': {
    files: { 'pyproject.toml': project('flit_core.buildapi') },
    reason: /no module for the name demo_pkg/,
    manual: /Write __version__ = "1\.2\.3"/,
  },
  'flit with a computed version': {
    files: {
      'pyproject.toml': project('flit_core.buildapi'),
      'demo_pkg/__init__.py': '__version__ = read("VERSION")\n',
    },
    reason: /demo_pkg\/__init__\.py has no plain __version__/,
    manual: /on a line of its own into the module/,
  },
  'old-style flit metadata, with today’s flit': {
    files: {
      'pyproject.toml':
        '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n[tool.flit.metadata]\nmodule = "demo"\n',
      'demo.py': '__version__ = "1.2.3"\n',
    },
    reason: /which flit_core 4 refuses/,
    manual: /requires = \["flit_core>=3\.12,<4"\]/,
  },
  'maturin with the version of the workspace': {
    files: cargo('version.workspace = true'),
    reason: /Cargo\.toml takes its version from the workspace/,
    manual: /Write version = "1\.2\.3" into \[package\] of Cargo\.toml, or into \[project\]/,
  },
  'maturin with a locked Cargo.lock': {
    files: {
      ...cargo('version = "1.2.3"'),
      'pyproject.toml': `${project('maturin')}[tool.maturin]\nlocked = true\n`,
    },
    reason: /locked = true/,
    manual: /Take locked = true out of \[tool\.maturin\]/,
  },
  'maturin without a Cargo.toml': {
    files: { 'pyproject.toml': project('maturin') },
    reason: /Cargo\.toml, which is not there/,
    manual: /Write version = "1\.2\.3"/,
  },
  'a build backend in the repository itself': {
    files: {
      'pyproject.toml': project('backend').replace('[project]', 'backend-path = ["_build"]\n[project]'),
    },
    reason: /backend is code of the repository itself \(backend-path = \["_build"\]\)/,
    manual: /setuptools-scm>=8 into requires/,
  },
  'an unknown build backend': {
    files: { 'pyproject.toml': project('whatever.api') },
    reason: /whatever\.api comes to its version is not known/,
    manual: /without a local part/,
  },
  'scikit-build-core with another provider': {
    files: {
      'pyproject.toml': `${project('scikit_build_core.build')}[[tool.dynamic-metadata]]\nprovider = "dynamic_metadata.regex"\nfield = "version"\ninput = "v.py"\n`,
    },
    reason: /provider 'dynamic_metadata\.regex'/,
    manual: /scikit_build_core\.metadata\.setuptools_scm/,
  },
  'poetry-dynamic-versioning with a format that has a local part': {
    files: {
      'pyproject.toml': `${project('poetry_dynamic_versioning.backend')}[tool.poetry-dynamic-versioning]\nformat-jinja = "{{ base }}+{{ distance }}"\n`,
    },
    reason: /custom format/,
    manual: /"\{base\}\.dev\{distance\}" after it/,
  },
  'uv-dynamic-versioning from a file': {
    files: {
      'pyproject.toml': `${hatch('source = "uv-dynamic-versioning"')['pyproject.toml']}[tool.uv-dynamic-versioning.from-file]\nsource = "VERSION"\n`,
    },
    reason: /from a file/,
    manual: /Delete the from-file table/,
  },
  'setuptools with setuptools-git-versioning': {
    files: {
      'pyproject.toml': project('setuptools.build_meta').replace('"x"', '"setuptools-git-versioning"'),
    },
    reason: /setuptools-git-versioning/,
    manual: /dev_template = "\{tag\}\.post\{ccount\}"/,
  },
  'versioneer without a configuration': {
    files: {
      'setup.py': "import versioneer\nsetup(name='x', version=versioneer.get_version())\n",
      'setup.cfg': '',
    },
    reason: /no configuration of its own/,
    manual: /style = "pep440-pre"/,
  },
};

describe('a project that is not edited', () => {
  it.each(Object.entries(refusals))('gets instructions for doing it by hand: %s', (_, expected) => {
    const { files, directory = '.', reason, manual } = expected;
    expect(versionFromVcs(files, { directory })).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(reason),
      manual: expect.stringMatching(manual),
    });
    expect(buildTimeVersion(files)).toBeUndefined();
  });
});

it("a bug in an editor surfaces instead of being reported as the user's file being refused", () => {
  const files: PythonFiles = {
    'pyproject.toml': project('hatchling.build', 'version = "1"'),
    get 'setup.cfg'(): string {
      throw new TypeError('a mistake in the program');
    },
  };
  expect(() => versionFromVcs(files, { directory: '.' })).toThrow(TypeError);
});
