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

const classic = `[tool.poetry]
name = "demo-pkg"
version = "9.9.9"
description = ""
authors = []
packages = [{ include = "demo_pkg", from = "src" }]

[tool.poetry.dependencies]
python = ">=3.9"
`;

/** A setup.py with these arguments besides the name and the package. */
function setupPy(keywords: string, imports = ''): string {
  return `${imports}from setuptools import find_packages, setup\n\nsetup(\n    name='demo-pkg',\n    ${keywords},\n    package_dir={'': 'src'},\n    packages=find_packages('src'),\n)\n`;
}

interface Case {
  files: PythonFiles;
  directory?: string;
  others?: Record<string, string>;
  tag?: string;
  /** The version one commit after the tag, where it is not 1.2.4.dev1. */
  later?: string;
}

const cases: Record<string, Case> = {
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
      'setup.py': setupPy("version='9.9.9'"),
    },
  },
  'setup.py that imports what lies beside it': {
    files: { 'setup.py': setupPy("version='9.9.9', description=about.TEXT", 'import about\n') },
    others: { 'about.py': 'TEXT = "Says hello."\n' },
  },
  'setup.py with use_scm_version': {
    files: {
      'pyproject.toml':
        '[build-system]\nrequires = ["setuptools", "setuptools-scm"]\nbuild-backend = "setuptools.build_meta"\n',
      'setup.py': setupPy('use_scm_version=True'),
    },
  },
  'setup.py with options in use_scm_version, in a sub-folder': {
    files: {
      'setup.py': setupPy(
        "setup_requires=['setuptools-scm'],\n    use_scm_version={\n        'version_scheme': 'guess-next-dev',\n    }",
      ),
    },
    directory: 'python',
  },
  'setuptools with a table for vcs-versioning': {
    files: {
      'pyproject.toml': `${dynamic('["setuptools", "setuptools-scm>=10"]', 'setuptools.build_meta')}
[tool.vcs-versioning]
version_scheme = "no-guess-dev"
`,
    },
    later: '1.2.3.post1.dev1',
  },
  'setuptools with versioningit': {
    files: {
      'pyproject.toml': `${dynamic('["setuptools", "versioningit"]', 'setuptools.build_meta')}
[tool.versioningit]
next-version = "smallest"
`,
    },
  },
  'versioneer with a table in pyproject.toml': {
    files: {
      'pyproject.toml': `[build-system]
requires = ["setuptools", "versioneer[toml]==0.29"]
build-backend = "setuptools.build_meta"

[tool.versioneer]
VCS = "git"
versionfile_source = "src/demo_pkg/_version.py"
versionfile_build = "demo_pkg/_version.py"
tag_prefix = "v"
`,
      'setup.py': setupPy(
        'version=versioneer.get_version(), cmdclass=versioneer.get_cmdclass()',
        'import versioneer\n',
      ),
    },
    later: '1.2.3.post0.dev1',
  },
  'versioneer with a section in setup.cfg': {
    files: {
      'pyproject.toml':
        '[build-system]\nrequires = ["setuptools", "versioneer==0.29"]\nbuild-backend = "setuptools.build_meta"\n',
      'setup.cfg':
        '[versioneer]\nVCS = git\nstyle = pep440\nversionfile_source = src/demo_pkg/_version.py\nversionfile_build = demo_pkg/_version.py\ntag_prefix = v\n',
      'setup.py': setupPy(
        'version=versioneer.get_version(), cmdclass=versioneer.get_cmdclass()',
        'import versioneer\n',
      ),
    },
    later: '1.2.3.post0.dev1',
  },
  'pbr with a version in setup.cfg': {
    files: {
      'setup.cfg': '[metadata]\nname = demo-pkg\nversion = 1.2.3\n\n[files]\npackages =\n    src/demo_pkg\n',
      'setup.py': "from setuptools import setup\n\nsetup(setup_requires=['pbr'], pbr=True)\n",
    },
  },
  'pbr.build with a fixed version': {
    files: { 'pyproject.toml': project('["setuptools", "pbr>=6"]', 'pbr.build') },
  },
  'jupyter-packaging': {
    files: { 'pyproject.toml': project('["jupyter_packaging"]', 'jupyter_packaging.build_api') },
  },
  flit_scm: {
    files: {
      'pyproject.toml': `${dynamic('["flit_scm"]', 'flit_scm:buildapi')}description = "x"

[tool.setuptools_scm]
write_to = "src/demo_pkg/_version.py"
`,
    },
    others: {
      '.gitignore': '_version.py\n',
      'src/demo_pkg/__init__.py': 'from ._version import __version__\n',
    },
  },
  'flit_scm in a sub-folder': {
    files: {
      'pyproject.toml': `${dynamic('["flit_scm"]', 'flit_scm:buildapi')}description = "x"

[tool.setuptools_scm]
write_to = "src/demo_pkg/_version.py"
`,
    },
    directory: 'python',
    others: {
      'python/.gitignore': '_version.py\n',
      'python/src/demo_pkg/__init__.py': 'from ._version import __version__\n',
    },
  },
  'pdm-pep517 in a sub-folder': {
    directory: 'python',
    files: { 'pyproject.toml': project('["pdm-pep517>=1.0"]', 'pdm.pep517.api') },
  },
  'poetry before poetry-core': {
    files: {
      'pyproject.toml': `[build-system]\nrequires = ["poetry>=0.12"]\nbuild-backend = "poetry.masonry.api"\n\n${classic}`,
    },
  },
  'poetry without a build system, in a sub-folder': {
    files: { 'pyproject.toml': classic },
    directory: 'python',
  },
  'poetry with tags without a v': { files: { 'pyproject.toml': classic }, tag: '1.2.3' },
  'poetry-dynamic-versioning with a fixed version': {
    files: {
      'pyproject.toml': `${project('["poetry-core", "poetry-dynamic-versioning"]', 'poetry_dynamic_versioning.backend')}
[tool.poetry]
packages = [{ include = "demo_pkg", from = "src" }]

[tool.poetry-dynamic-versioning]
bump = { index = -1 }
`,
    },
  },
  'scikit-build-core with dynamic metadata of another kind': {
    files: {
      'pyproject.toml': `${project('["scikit-build-core>=1", "dynamic-metadata"]', 'scikit_build_core.build')}dynamic = ["description"]

[[tool.dynamic-metadata]]
provider = "dynamic_metadata.static"
description = "x"
`,
    },
    others: { 'CMakeLists.txt': 'cmake_minimum_required(VERSION 3.15)\nproject(demo LANGUAGES NONE)\n' },
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

${classic}`,
    },
  },
  'scikit-build-core with a fixed version': {
    files: { 'pyproject.toml': project('["scikit-build-core"]', 'scikit_build_core.build') },
    others: { 'CMakeLists.txt': 'cmake_minimum_required(VERSION 3.15)\nproject(demo LANGUAGES NONE)\n' },
  },
  'hatchling with uv-dynamic-versioning and a fixed version': {
    files: {
      'pyproject.toml': `${project('["hatchling", "uv-dynamic-versioning"]', 'hatchling.build')}
[tool.hatch.version]
source = "uv-dynamic-versioning"
`,
    },
  },
  'hatchling with uv-dynamic-versioning, options of its own and tags without a v': {
    files: {
      'pyproject.toml': `${dynamic('["hatchling", "uv-dynamic-versioning"]', 'hatchling.build')}
[tool.hatch.version]
source = "uv-dynamic-versioning"

[tool.uv-dynamic-versioning]
bump = { index = 2 }
`,
    },
    tag: '1.2.3',
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
    'are 1.2.3 on the tag and the next development version one commit later: %s',
    async (_, { files, directory = '.', others = {}, tag = 'v1.2.3', later = '1.2.4.dev1' }) => {
      const inFolder = Object.entries(files).map(([name, text]) => [join(directory, name), text as string]);
      const root = await repositoryOf({
        [join(directory, 'src/demo_pkg/__init__.py')]: '__version__ = "9.9.9"\n',
        ...Object.fromEntries(inFolder),
        ...others,
      });
      const result = versionFromVcs(files, { directory, tags: [tag.replace('3', '2')] });
      if (result.kind !== 'edited') throw new Error(`It was not edited: ${JSON.stringify(result)}`);
      for (const { path, after } of result.edits) await writeFile(join(root, path), after);
      await commitAll(root);
      const built = await buildOnAndAfterTag(uv ?? '', root, { directory, tag });
      const versions = built.map(
        (name) => /^demo_pkg-([^-]+?)(?:-.*\.whl|\.tar\.gz)$/.exec(name)?.[1] ?? name,
      );
      expect(versions).toEqual(['1.2.3', '1.2.3', later, later]);
    },
    180_000,
  );
});
