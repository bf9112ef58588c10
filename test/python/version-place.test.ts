import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { PythonFiles } from '../../src/python/python-files.ts';
import { furtherFiles, placeOfVersion } from '../../src/python/versions/build-time.ts';
import { buildTimeCommand } from '../../src/python/versions/build-time-command.ts';
import { versionFromVcs } from '../../src/python/versions/index.ts';
import { versionFile } from '../../src/python/versions/version-file.ts';
import { repositoryOf } from '../support/builds.ts';
import { findTool } from '../support/tools.ts';

const cargo = findTool('cargo', 'CARGO');
const run = promisify(execFile);
const backend = (text: string) => `[build-system]\nbuild-backend = "setuptools.build_meta"\n${text}`;
const attribute = backend('[tool.setuptools.dynamic]\nversion = {attr = "kelp.about.__version__"}\n');

/** Where a project keeps its version, which file that is, and what is left of it for pipeline 42. */
const places: Record<string, { files: PythonFiles; path: string; after: string }> = {
  'setup.cfg': {
    files: { 'setup.cfg': '[metadata]\nversion = 1.2.3\n[other]\nversion = 3\n' },
    path: 'setup.cfg',
    after: '[metadata]\nversion = 1.2.3.dev42\n[other]\nversion = 3\n',
  },
  'setup.py': {
    files: { 'setup.py': 'setup(\n    version="0.0.0.dev0",\n    python_requires=">=3",\n)\n' },
    path: 'setup.py',
    after: 'setup(\n    version="0.0.0.dev42",\n    python_requires=">=3",\n)\n',
  },
  "Poetry's table": {
    files: { 'pyproject.toml': '[tool.poetry]\nversion = "1.2.3rc1"\n[tool.other]\nversion = "3"\n' },
    path: 'pyproject.toml',
    after: '[tool.poetry]\nversion = "1.2.3rc1.dev42"\n[tool.other]\nversion = "3"\n',
  },
  'a module that setuptools imports': {
    files: {
      'pyproject.toml': attribute,
      'src/kelp/about.py': "__version__ = '1.2'\n__version_info__ = 3\n",
    },
    path: 'src/kelp/about.py',
    after: "__version__ = '1.2.dev42'\n__version_info__ = 3\n",
  },
  'a module that hatchling reads': {
    files: {
      'pyproject.toml':
        '[build-system]\nbuild-backend = "hatchling.build"\n[tool.hatch.version]\npath = "kelp/about.py"\n',
      'kelp/about.py': 'VERSION = "1.2"\n',
    },
    path: 'kelp/about.py',
    after: 'VERSION = "1.2.dev42"\n',
  },
  'a file with nothing else': {
    files: { 'setup.cfg': '[metadata]\nversion = file: VERSION\n', VERSION: '1.2.3.dev9\n' },
    path: 'VERSION',
    after: '1.2.3.dev42\n',
  },
  'a file that setup.py opens': {
    files: {
      'setup.py':
        'with open("VERSION") as file:\n    version = file.read().strip()\nsetup(name="kelp", version=version)\n',
      VERSION: '1.2.3\n',
    },
    path: 'VERSION',
    after: '1.2.3.dev42\n',
  },
  'a module that setup.py runs': {
    files: {
      'setup.py':
        'about = {}\nexec(open(os.path.join(here, "src", "kelp", "about.py"), "r").read(), about)\nsetup(version=about["__version__"])\n',
      'src/kelp/about.py': '__version__ = "1.2"\n',
    },
    path: 'src/kelp/about.py',
    after: '__version__ = "1.2.dev42"\n',
  },
  'a module that setup.py imports': {
    files: {
      'setup.py': 'from kelp import release\n\nsetup(version=release.version)\n',
      'kelp/release.py': "version = '1.2'\n",
    },
    path: 'kelp/release.py',
    after: "version = '1.2.dev42'\n",
  },
  'a module in a folder that setup.py names': {
    files: {
      'setup.py':
        'def about():\n    here = os.path.join(os.path.dirname(__file__), "src", "kelp")\n    return load("release", here)\nrelease = about()\nsetup(version=release.version)\n',
      'src/kelp/release.py': "version = '1.2'\n",
    },
    path: 'src/kelp/release.py',
    after: "version = '1.2.dev42'\n",
  },
  'a variable of setup.py, which asks the environment for others': {
    files: { 'setup.py': 'URL = os.environ.get("URL")\nVERSION = "1.2"  # next\nsetup(version=VERSION)\n' },
    path: 'setup.py',
    after: 'URL = os.environ.get("URL")\nVERSION = "1.2.dev42"  # next\nsetup(version=VERSION)\n',
  },
};

describe.concurrent('a version that stays where it is written', () => {
  it.each(Object.entries(places))(
    'gets the number of the pipeline in %s',
    async (_, { files, path, after }) => {
      const folder = await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-version-'));
      try {
        await writeFile(join(folder, path.split('/').at(-1) ?? ''), files[path] ?? '');
        const place = placeOfVersion(files);
        expect('path' in place && place.path).toBe(path);
        const command = buildTimeCommand(place, '.').replace(path, path.split('/').at(-1) ?? '');
        const build = (variables: Record<string, string>) =>
          run('sh', ['-ec', command], { cwd: folder, env: { PATH: process.env.PATH, ...variables } });
        const text = () => readFile(join(folder, path.split('/').at(-1) ?? ''), 'utf8');
        await build({ CI_COMMIT_TAG: 'v1.2.3', CI_PIPELINE_IID: '41' });
        expect(await text()).toBe(files[path]);
        await build({ CI_PIPELINE_IID: '42' });
        expect(await text()).toBe(after);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );

  it.each<[string, string]>([
    ['git', 'version = os.popen("git describe").read() or open("VERSION").read()'],
    ['the environment', 'version = os.environ.get("KELP_VERSION", open("VERSION").read())'],
  ])('is no file where setup.py asks %s as well', (_, line) => {
    const files = { 'setup.py': `${line}\nsetup(version=version)\n`, VERSION: '1.2.3\n' };
    expect(versionFile(files)).toBeUndefined();
  });

  it.skipIf(cargo === undefined)('is in Cargo.lock as well, which cargo then still accepts', async () => {
    const files = {
      'pyproject.toml':
        '[build-system]\nbuild-backend = "maturin"\n[project]\ndynamic = ["version"]\n[tool.maturin]\nlocked = true\n',
      'Cargo.toml': '[package]\nname = "kelp"\nversion = "1.2.3"\nedition = "2021"\n',
      'src/lib.rs': '',
      'Cargo.lock': 'version = 3\n\n[[package]]\nname = "kelp"\nversion = "1.2.3"\n',
    };
    const folder = await repositoryOf(files);
    try {
      const env = { ...process.env, CI_COMMIT_TAG: '', CI_PIPELINE_IID: '42' };
      await run('sh', ['-ec', buildTimeCommand(placeOfVersion(files), '.')], { cwd: folder, env });
      const { stdout } = await run(
        cargo ?? '',
        ['metadata', '--locked', '--offline', '--no-deps', '--format-version', '1'],
        { cwd: folder },
      );
      expect(stdout).toContain('"version":"1.2.3-dev.42"');
      await run(cargo ?? '', ['tree', '--locked', '--offline'], { cwd: folder });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('may be in the lock of a workspace above', () => {
    const member = { 'pyproject.toml': '[project]\nname = "kelp"\nversion = "1.2.3"\n' };
    expect(furtherFiles(member, 'packages/kelp')).toEqual(['uv.lock', '../uv.lock', '../../uv.lock']);
    const lock =
      'version = 1\nrevision = 3\n\n[[package]]\nname = "kelp"\nversion = "1.2.3"\nsource = { editable = "packages/kelp" }\n';
    const system = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n';
    const files = { 'pyproject.toml': system + member['pyproject.toml'], '../../uv.lock': lock };
    const edit = versionFromVcs(files, { directory: 'packages/kelp' });
    expect(edit).toMatchObject({
      kind: 'edited',
      edits: [{}, { path: 'uv.lock', after: lock.replace('version = "1.2.3"\n', '') }],
    });
  });

  it("is flit's module", () => {
    const project = '[build-system]\nbuild-backend = "flit_core.buildapi"\n[project]\nname = "kelp"\n';
    const files = {
      'pyproject.toml': `${project}dynamic = ["version"]\n`,
      'src/kelp/__init__.py': '"""Kelp."""\n__version__ = "1.2"\n',
    };
    expect(versionFile(files)).toMatchObject({ path: 'src/kelp/__init__.py', value: '1.2' });
    expect(versionFile({ ...files, 'pyproject.toml': `${project}version = "1.3"\n` })).toBeUndefined();
  });

  it('is the file that setup.py executes, wherever the project is hosted', () => {
    const setup =
      'v = {}\nwith open("kelp/version.py", encoding="utf-8") as f:\n    exec(f.read(), v)\nneeds = ["setuptools-git"]\n';
    const files = {
      'setup.py': `${setup}setup(version=v["__version__"], url="https://git.example.org/kelp")  # on git\n`,
      'kelp/version.py': '__version__ = "1.2.3"\n',
    };
    expect(versionFile(files)?.path).toBe('kelp/version.py');
  });

  it('is looked for inside the project alone', () => {
    const outside = { 'pyproject.toml': '[tool.hatch.version]\npath = "../../secret"\n' };
    expect(furtherFiles(outside)).toEqual([]);
    expect(versionFile({ ...outside, '../../secret': '__version__ = "1"\n' })).toBeUndefined();
  });
});
