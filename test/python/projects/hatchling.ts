import { dynamic, fixed, type Project } from './project.ts';

const hatchling = fixed('["hatchling"]', 'hatchling.build');

/** Projects built with hatchling and its plugins. */
export const hatchlingProjects: Record<string, Project> = {
  'hatchling with a fixed version': { files: { 'pyproject.toml': hatchling } },
  "hatchling with uv's lock": {
    files: {
      'pyproject.toml': hatchling,
      'uv.lock': `version = 1
revision = 3
requires-python = ">=3.9"

[[package]]
name = "demo-pkg"
version = "9.9.9"
source = { editable = "." }
`,
    },
  },
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
  'hatchling with uv-dynamic-versioning and a fixed version': {
    files: {
      'pyproject.toml': `${fixed('["hatchling", "uv-dynamic-versioning"]', 'hatchling.build')}
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
