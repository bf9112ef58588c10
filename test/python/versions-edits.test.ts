import { posix } from 'node:path';
import { expect, it } from 'vitest';
import { versionFromVcs } from '../../src/python/versions/index.ts';
import { changedLines } from '../support/tools.ts';
import { hatchlingProjects } from './projects/hatchling.ts';
import { otherProjects } from './projects/others.ts';
import { setuptoolsProjects } from './projects/setuptools.ts';

const projects = { ...hatchlingProjects, ...setuptoolsProjects, ...otherProjects };

const fixedHatchling = `
-requires = ["hatchling"]
-version = "9.9.9"
+requires = ["hatchling", "hatch-vcs>=0.4"]
+dynamic = ["version"]
+[tool.hatch.version]
+source = "vcs"
+raw-options = { local_scheme = "no-local-version" }
`;

/** The lines removed and added in existing files. Another test checks that the results build. */
const edits: Record<string, string> = {
  'hatchling with a fixed version': fixedHatchling,
  "hatchling with uv's lock": `${fixedHatchling}-version = "9.9.9"
`,
  'hatchling with a version file': `
-requires = ["hatchling"]
-path = "src/demo_pkg/__init__.py"
+requires = ["hatchling", "hatch-vcs>=0.4"]
+source = "vcs"
+raw-options = { local_scheme = "no-local-version" }
`,
  'hatchling with hatch-vcs and a local part': `
+version.raw-options = { local_scheme = "no-local-version" }
`,
  'hatchling in a sub-folder': `
-requires = ["hatchling"]
-version = "9.9.9"
+requires = ["hatchling", "hatch-vcs>=0.4"]
+dynamic = ["version"]
+[tool.hatch.version]
+source = "vcs"
+raw-options = { root = "../..", local_scheme = "no-local-version" }
`,
  'hatchling with uv-dynamic-versioning, options of its own and tags without a v': `
-bump = { index = 2 }
+bump = { index = 2, enable = true }
+metadata = false
+pattern = "default-unprefixed"
`,
  'hatchling with versioningit': `
+[tool.versioningit.next-version]
+method = "smallest"
+[tool.versioningit.format]
+distance = "{next_version}.dev{distance}"
+dirty = "{base_version}"
+distance-dirty = "{next_version}.dev{distance}"
`,
  'setuptools with an attribute': `
-requires = ["setuptools"]
-[tool.setuptools.dynamic]
-version = { attr = "demo_pkg.__version__" }
+requires = ["setuptools>=80", "setuptools-scm>=8"]
+[tool.setuptools_scm]
+local_scheme = "no-local-version"
`,
  'setuptools with a table for vcs-versioning': `
+local_scheme = "no-local-version"
`,
  'versioneer with a table in pyproject.toml': `
+style = "pep440-pre"
`,
  'versioneer with a section in setup.cfg': `
-style = pep440
+style = pep440-pre
`,
  'pbr with a version in setup.cfg': `
-version = 1.2.3
`,
  'setup.py with options in use_scm_version, in a sub-folder': `
+[build-system]
+requires = ["setuptools", "setuptools-scm"]
+build-backend = "setuptools.build_meta"
+        "root": "..",
+        "local_scheme": "no-local-version",
`,
  'flit_scm in a sub-folder': `
+search_parent_directories = true
+local_scheme = "no-local-version"
`,
  'pdm-pep517 in a sub-folder': `
-requires = ["pdm-pep517>=1.0"]
-build-backend = "pdm.pep517.api"
-version = "9.9.9"
+requires = ["pdm-backend>=2.2"]
+build-backend = "pdm.backend"
+dynamic = ["version"]
+[tool.pdm.version]
+source = "scm"
+version_format = "pdm_version:no_local"
`,
  'poetry before poetry-core': `
-requires = ["poetry>=0.12"]
-build-backend = "poetry.masonry.api"
-version = "9.9.9"
+requires = ["poetry-core>=1.0", "poetry-dynamic-versioning>=1.8,<2"]
+build-backend = "poetry_dynamic_versioning.backend"
+version = "0.0.0"
+[tool.poetry-dynamic-versioning]
+enable = true
+metadata = false
+bump = true
`,
  'poetry with tags without a v': `
-version = "9.9.9"
+version = "0.0.0"
+[build-system]
+requires = ["poetry-core>=1.0", "poetry-dynamic-versioning>=1.8,<2"]
+build-backend = "poetry_dynamic_versioning.backend"
+[tool.poetry-dynamic-versioning]
+enable = true
+metadata = false
+bump = true
+pattern = "default-unprefixed"
`,
  'poetry-core with a [project] table': `
-requires = ["poetry-core>=2.0"]
-build-backend = "poetry.core.masonry.api"
-version = "9.9.9"
+requires = ["poetry-core>=2.0", "poetry-dynamic-versioning>=1.8,<2"]
+build-backend = "poetry_dynamic_versioning.backend"
+dynamic = ["version"]
+version = "0.0.0"
+[tool.poetry-dynamic-versioning]
+enable = true
+metadata = false
+bump = true
`,
  'poetry-dynamic-versioning with a fixed version': `
-version = "9.9.9"
-bump = { index = -1 }
+dynamic = ["version"]
+version = "0.0.0"
+bump = { index = -1, enable = true }
+enable = true
+metadata = false
`,
  'scikit-build-core with dynamic metadata of another kind': `
-requires = ["scikit-build-core>=1", "dynamic-metadata"]
-version = "9.9.9"
-dynamic = ["description"]
+requires = ["scikit-build-core>=1", "dynamic-metadata", "setuptools-scm>=8"]
+dynamic = ["description", "version"]
+[[tool.dynamic-metadata]]
+provider = "scikit_build_core.metadata.setuptools_scm"
+[tool.setuptools_scm]
+local_scheme = "no-local-version"
`,
  'scikit-build-core with a fixed version': `
-requires = ["scikit-build-core"]
-version = "9.9.9"
+requires = ["scikit-build-core", "setuptools-scm>=8"]
+dynamic = ["version"]
+[tool.scikit-build.metadata.version]
+provider = "scikit_build_core.metadata.setuptools_scm"
+[tool.setuptools_scm]
+local_scheme = "no-local-version"
`,
};

it.each(Object.entries(edits))('an edit changes these lines and no others: %s', (name, expected) => {
  const { files, directory = '.', tag = 'v1.2.3' } = projects[name] ?? { files: {} };
  const result = versionFromVcs(files, { directory, tags: [tag] });
  const texts = result.kind === 'edited' ? result.edits : [];
  const lines = texts
    .filter(({ path }) => !path.endsWith('pdm_version.py'))
    .flatMap(({ before, after }) => {
      const { gone, added } = changedLines(before ?? '', after);
      return [...gone.map((line) => `-${line}`), ...added.map((line) => `+${line}`)];
    });
  expect(lines.filter((line) => line.length > 1).join('\n')).toBe(expected.trim());
});

it.each(Object.entries(projects))('a second edit is a no-op: %s', (_, project) => {
  const { files, directory = '.', tag = 'v1.2.3' } = project;
  const first = versionFromVcs(files, { directory, tags: [tag] });
  const texts = first.kind === 'edited' ? first.edits : [];
  const edited = texts.map(({ path, after }) => [posix.relative(directory, path), after]);
  const second = versionFromVcs({ ...files, ...Object.fromEntries(edited) }, { directory, tags: [tag] });
  expect(second).toMatchObject({ kind: 'unchanged' });
});
