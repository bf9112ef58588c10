import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editPipeline } from '../../src/pipeline/index.ts';
import type { PythonFiles } from '../../src/python/python-files.ts';
import { isCompiled } from '../../src/python/versions/compiled.ts';
import { buildTimeVersion, versionFromVcs } from '../../src/python/versions/index.ts';
import { parseYaml } from '../../src/text/yaml/document.ts';
import { goalWith } from '../pipeline/pipeline-goal.ts';
import { repositoryOf } from '../support/builds.ts';
import { findTool, run } from '../support/tools.ts';

const uv = findTool('uv', 'UV');
// Without cargo, maturin's own build hook would download Rust.
const cargo = findTool('cargo', 'CARGO');

/** A build backend with a version in [project], and one with the version elsewhere. */
const fixed = (backend: string, requires = backend) =>
  `[build-system]\nrequires = ["${requires}"]\nbuild-backend = "${backend}"\n\n[project]\nname = "demo-pkg"\nversion = "1.3.0" # the next one\ndescription = "x"\nrequires-python = ">=3.9"\n`;
const elsewhere = (backend: string, requires = backend) =>
  fixed(backend, requires).replace(/^version.*$/m, 'dynamic = ["version"]');

const init = { 'src/demo_pkg/__init__.py': '"""Says hello."""\n' };
const cargoToml = `[package] # the crate
name = "demo-pkg"
version = "1.3.0-alpha.1"
edition = "2021"

[lib]
name = "demo_pkg"
crate-type = ["cdylib"]

[dependencies.inner]
version = "9.9"
path = "inner"
`;
const inner = {
  'inner/Cargo.toml': '[package]\nname = "inner"\nversion = "9.9.9"\nedition = "2021"\n',
  'inner/src/lib.rs': '',
};
const rust = {
  ...Object.fromEntries(Object.entries(inner).map(([path, text]) => [`rust/${path}`, text])),
  'rust/Cargo.toml': cargoToml,
  'rust/src/lib.rs': '',
};

interface Case {
  files: PythonFiles;
  directory?: string;
  publishWith?: 'uv' | 'twine';
  /** The version built on the tag, if not 1.3.0. */
  written?: string;
}

const cases: Record<string, Case> = {
  uv_build: { files: { 'pyproject.toml': fixed('uv_build'), ...init } },
  'flit with a version in [project]': {
    files: { 'pyproject.toml': fixed('flit_core.buildapi', 'flit_core>=3.4'), ...init },
  },
  'flit with a version in the package': {
    files: {
      'pyproject.toml': elsewhere('flit_core.buildapi', 'flit_core>=4'),
      'src/demo_pkg/__init__.py': '"""Says hello."""\n\n__version__ = \'1.3.0.dev0\'  # "next"\n',
    },
    written: '1.3.0.dev0',
  },
  'flit with a version in a file of the package, in a subfolder': {
    files: {
      'pyproject.toml': elsewhere('flit_core.buildapi', 'flit_core>=4'),
      'demo_pkg/__init__.py': '"""Says hello."""\n\nfrom .version import __version__\n',
      'demo_pkg/version.py': '__version__: str = "1.3.0"\n',
    },
    directory: "python/it's",
    publishWith: 'twine',
  },
  'flit with a differently named module': {
    files: {
      'pyproject.toml': `${elsewhere('flit_core.buildapi', 'flit_core>=4')}\n[tool.flit.module]\nname = "hello"\n`,
      'hello.py': '"""Says hello."""\n__version__ = "1.3.0"\n',
    },
  },
  'old-style flit': {
    files: {
      'pyproject.toml':
        '[build-system]\nrequires = ["flit_core>=3.2,<4"]\nbuild-backend = "flit_core.buildapi"\n[tool.flit.metadata]\nmodule = "hello"\ndist-name = "demo-pkg"\nauthor = "x"\n',
      'hello.py': '"""Says hello."""\n__version__ = "1.3.0"\n',
    },
  },
  'a build backend in the repository itself': {
    files: {
      'pyproject.toml': fixed('backend', 'setuptools>=80').replace(
        '\n\n[project]',
        '\nbackend-path = ["_build"]\n\n[project]',
      ),
      'MANIFEST.in': 'graft _build\n',
      '_build/backend.py': 'from setuptools.build_meta import *\n',
      ...init,
    },
  },
  sip: {
    files: { 'pyproject.toml': `${fixed('sipbuild.api', 'sip>=6')}\n[tool.sip.metadata]\n` },
    publishWith: 'twine',
  },
};

const rustCases: Record<string, Case> = {
  'maturin with a version in Cargo.toml': {
    files: {
      'pyproject.toml': `${elsewhere('maturin')}\n[tool.maturin]\nmanifest-path = "rust/Cargo.toml"\n`,
      ...rust,
    },
    written: '1.3.0a1',
  },
  'maturin with a version in [project], in a subfolder': {
    files: {
      'pyproject.toml': `${fixed('maturin')}\n[tool.maturin]\nmanifest-path = "rust/Cargo.toml"\n`,
      ...rust,
    },
    directory: 'python',
  },
};

/** Runs the script of the generated job `build` in a repository, line by line like a runner. */
async function build(
  { files, directory = '.', publishWith = 'uv' }: Case,
  variables: Record<string, string>,
) {
  expect(versionFromVcs(files, { directory }).kind).toBe('unchanged');
  const root = await repositoryOf(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [join(directory, path), text ?? ''])),
  );
  const goal = {
    buildTimeVersion: buildTimeVersion(files),
    sdistOnly: isCompiled(files),
    packageDirectory: directory,
  };
  const result = editPipeline(undefined, goalWith({ ...goal, publishWith }));
  const text = result.kind === 'edited' ? (result.edits[0]?.after ?? '') : '';
  const { script } = parseYaml(text).data.build as { script: string[] };
  const env = {
    ...process.env,
    PATH: `${join(uv ?? '', '..')}:${process.env.PATH}`,
    CI_PIPELINE_IID: '42',
    ...variables,
  };
  for (const line of script.map(withUv)) await run('sh', ['-ec', line], { cwd: root, env });
  const built = (await readdir(join(root, 'dist'))).filter((name) => name.endsWith('.tar.gz'));
  await rm(root, { recursive: true });
  return built;
}

/** The job installs its tools into the container; here uv stands in for pip and `build`. */
function withUv(line: string): string {
  return line
    .replace(/^pip install .*/, ':')
    .replace(/^python -m build/, 'uv build')
    .replace('--outdir', '--out-dir');
}

async function expectVersions(it: Case): Promise<void> {
  expect(await build(it, {})).toEqual(['demo_pkg-1.3.0.dev42.tar.gz']);
  expect(await build(it, { CI_COMMIT_TAG: 'v1.3.0' })).toEqual([`demo_pkg-${it.written ?? '1.3.0'}.tar.gz`]);
}

describe.skipIf(!uv).concurrent('a build backend that takes no version from git', () => {
  const title = 'builds a version of its own for each push, and the written one on a tag: %s';
  it.each(Object.entries(cases))(title, (_, it) => expectVersions(it), 180_000);
  it.skipIf(!cargo).each(Object.entries(rustCases))(title, (_, it) => expectVersions(it), 180_000);
});
