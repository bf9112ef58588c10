import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PythonFiles } from '../../src/editing/python-files.ts';
import { versionFromVcs } from '../../src/editing/versions/index.ts';
import { buildOnAndAfterTag, commitAll, repositoryOf } from '../support/builds.ts';
import { findTool } from '../support/tools.ts';

const uv = findTool('uv', 'UV');

const hatchling = `[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "demo-pkg"
version = "9.9.9"
requires-python = ">=3.9"
`;
const setuptools = `[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "demo-pkg"
version = "9.9.9"
requires-python = ">=3.9"
`;

/** A project of any build backend with a fixed version. */
function project(requires: string, backend: string): string {
  return hatchling.replace('["hatchling"]', requires).replace('hatchling.build', backend);
}

/** The same with a version from elsewhere. */
function dynamic(requires: string, backend: string): string {
  return project(requires, backend).replace('version = "9.9.9"', 'dynamic = ["version"]');
}

const cases: Record<string, { files: PythonFiles; directory?: string; others?: Record<string, string> }> = {
  'hatchling with a fixed version': { files: { 'pyproject.toml': hatchling } },
  'hatchling with CRLF': { files: { 'pyproject.toml': hatchling.replaceAll('\n', '\r\n') } },
  'hatchling with a version file': {
    files: {
      'pyproject.toml': `${hatchling.replace('version = "9.9.9"', 'dynamic = ["version"]')}
[tool.hatch.version]
path = "src/demo_pkg/__init__.py"
`,
    },
  },
  'hatchling with hatch-vcs and a local part': {
    files: {
      'pyproject.toml': `${hatchling.replace('"hatchling"', '"hatchling", "hatch-vcs"').replace('version = "9.9.9"', 'dynamic = ["version"]')}
[tool.hatch]
version.source = "vcs"
`,
    },
  },
  'hatchling in a sub-folder': { files: { 'pyproject.toml': hatchling }, directory: 'python/demo' },
  'setuptools with a fixed version': { files: { 'pyproject.toml': setuptools } },
  'setuptools in a sub-folder': { files: { 'pyproject.toml': setuptools }, directory: 'python' },
  'setuptools with an attribute': {
    files: {
      'pyproject.toml': `${setuptools.replace('version = "9.9.9"', 'dynamic = ["version"]')}
[tool.setuptools.dynamic]
version = { attr = "demo_pkg.__version__" }
`,
    },
  },
  'setup.cfg alone': {
    files: {
      'setup.cfg':
        '[metadata]\nname = demo-pkg\nversion = attr: demo_pkg.__version__\n\n[options]\npackage_dir =\n    =src\npackages = find:\n\n[options.packages.find]\nwhere = src\n',
    },
  },
  'setup.py alone': {
    files: {
      'setup.py':
        "from setuptools import find_packages, setup\n\nsetup(\n    name='demo-pkg',\n    version='9.9.9',  # bumped by hand\n    package_dir={'': 'src'},\n    packages=find_packages('src'),\n)\n",
    },
  },
  'setup.py with use_scm_version': {
    files: {
      'pyproject.toml':
        '[build-system]\nrequires = ["setuptools", "setuptools-scm"]\nbuild-backend = "setuptools.build_meta"\n',
      'setup.py':
        "from setuptools import find_packages, setup\n\nsetup(name='demo-pkg', use_scm_version=True, package_dir={'': 'src'}, packages=find_packages('src'))\n",
    },
  },
  'pdm-backend with a fixed version': {
    files: { 'pyproject.toml': project('["pdm-backend"]', 'pdm.backend') },
  },
  'poetry-core with a [project] table': {
    files: {
      'pyproject.toml': `${project('["poetry-core>=2.0"]', 'poetry.core.masonry.api')}
[tool.poetry]
packages = [{ include = "demo_pkg", from = "src" }]
`,
    },
  },
  'poetry-core of the classic kind': {
    files: {
      'pyproject.toml': `[build-system]
requires = ["poetry-core>=1.0"]
build-backend = "poetry.core.masonry.api"

[tool.poetry]
name = "demo-pkg"
version = "9.9.9"
description = ""
authors = []
packages = [{ include = "demo_pkg", from = "src" }]

[tool.poetry.dependencies]
python = ">=3.9"
`,
    },
  },
  'scikit-build-core with a fixed version': {
    files: { 'pyproject.toml': project('["scikit-build-core"]', 'scikit_build_core.build') },
    others: { 'CMakeLists.txt': 'cmake_minimum_required(VERSION 3.15)\nproject(demo LANGUAGES NONE)\n' },
  },
  'hatchling with uv-dynamic-versioning': {
    files: {
      'pyproject.toml': `${dynamic('["hatchling", "uv-dynamic-versioning"]', 'hatchling.build')}
[tool.hatch.version]
source = "uv-dynamic-versioning"
`,
    },
  },
  'hatchling with versioningit': {
    files: {
      'pyproject.toml': `${dynamic('["hatchling", "versioningit"]', 'hatchling.build')}
[tool.hatch.version]
source = "versioningit"
`,
    },
  },
};

describe.skipIf(!uv).concurrent('wheels and source distributions of edited projects, built by uv', () => {
  it.each(Object.entries(cases))(
    'are 1.2.3 on the tag and 1.2.4.dev1 one commit later: %s',
    async (_, { files, directory = '.', others = {} }) => {
      const inFolder = Object.entries(files).map(([name, text]) => [join(directory, name), text as string]);
      const root = await repositoryOf({
        ...Object.fromEntries(inFolder),
        ...others,
        [join(directory, 'src/demo_pkg/__init__.py')]: '__version__ = "9.9.9"\n',
      });
      const result = versionFromVcs(files, { directory });
      if (result.kind !== 'edited') throw new Error(`It was not edited: ${JSON.stringify(result)}`);
      for (const { path, after } of result.edits) await writeFile(join(root, path), after);
      await commitAll(root);
      const built = await buildOnAndAfterTag(uv ?? '', root, directory);
      const versions = built.map(
        (name) => /^demo_pkg-([^-]+?)(?:-.*\.whl|\.tar\.gz)$/.exec(name)?.[1] ?? name,
      );
      expect(versions).toEqual(['1.2.3', '1.2.3', '1.2.4.dev1', '1.2.4.dev1']);
    },
    180_000,
  );
});
