import { dynamic, fixed, type Project } from './project.ts';

const classic = `[tool.poetry]
name = "demo-pkg"
version = "9.9.9"
description = ""
authors = []
packages = [{ include = "demo_pkg", from = "src" }]

[tool.poetry.dependencies]
python = ">=3.9"
`;

/** Projects built with flit_scm, pdm-backend, poetry-core and scikit-build-core. */
export const otherProjects: Record<string, Project> = {
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
    files: { 'pyproject.toml': fixed('["pdm-pep517>=1.0"]', 'pdm.pep517.api') },
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
      'pyproject.toml': `${fixed('["poetry-core", "poetry-dynamic-versioning"]', 'poetry_dynamic_versioning.backend')}
[tool.poetry]
packages = [{ include = "demo_pkg", from = "src" }]

[tool.poetry-dynamic-versioning]
bump = { index = -1 }
`,
    },
  },
  'scikit-build-core with dynamic metadata of another kind': {
    files: {
      'pyproject.toml': `${fixed('["scikit-build-core>=1", "dynamic-metadata"]', 'scikit_build_core.build')}dynamic = ["description"]

[[tool.dynamic-metadata]]
provider = "dynamic_metadata.static"
description = "x"
`,
    },
    others: { 'CMakeLists.txt': 'cmake_minimum_required(VERSION 3.15)\nproject(demo LANGUAGES NONE)\n' },
  },
  'pdm-backend with a fixed version': {
    files: { 'pyproject.toml': fixed('["pdm-backend"]', 'pdm.backend') },
  },
  'poetry-core with a [project] table': {
    files: {
      'pyproject.toml': `${fixed('["poetry-core>=2.0"]', 'poetry.core.masonry.api')}
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
    files: { 'pyproject.toml': fixed('["scikit-build-core"]', 'scikit_build_core.build') },
    others: { 'CMakeLists.txt': 'cmake_minimum_required(VERSION 3.15)\nproject(demo LANGUAGES NONE)\n' },
  },
};
