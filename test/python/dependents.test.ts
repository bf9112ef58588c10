import { describe, expect, it } from 'vitest';
import { commandsOfJob } from '../../src/pipeline/model/commands.ts';
import { dockerStages } from '../../src/pipeline/model/dockerfile.ts';
import { adviseVersion, type DependentsInput, versionUses } from '../../src/python/dependents.ts';
import { gitOf } from '../../src/python/image-git.ts';
import { effectsOf } from '../../src/python/tools.ts';

const commandsOf = (script: string) =>
  commandsOfJob({ name: 'tide', before_script: [], script: [script], after_script: [] }).commands;

function input(
  script: string,
  given: Partial<DependentsInput> & { image?: string; files?: Record<string, string> } = {},
): DependentsInput {
  const { image, files = {}, ...rest } = given;
  const jobs = [{ name: 'tide', image: image ?? 'python:3.12', commands: commandsOf(script) }];
  return {
    jobs,
    lookup: (path) => files[path],
    directory: '.',
    version: '0.4.2',
    source: 'hatch-vcs',
    sources: [],
    ...rest,
  };
}

describe('what a command does', () => {
  it.each<[string, string[]]>([
    ['pip install -e .[dev]', ['installs-project']],
    ['pip install "tide @ ."', ['installs-project']],
    ['pip install dist/tide-1.whl', ['installs-tools']],
    ['pip install -r requirements.txt', ['installs-tools']],
    ['uv run pytest', ['installs-project']],
    ['uv run --no-project pytest', []],
    ['uvx twine upload x', ['uploads']],
    ['uv sync --no-install-project', ['installs-tools']],
    ['poetry install --no-root', ['installs-tools']],
    ['poetry version -s', ['reads-version']],
    ['poetry version patch', ['bumps-version']],
    ['uv version "$CI_COMMIT_TAG"', ['writes-version']],
    ['hatch version 1.2', ['writes-version']],
    ['python setup.py --version', ['reads-version']],
    ['python setup.py sdist upload', ['uploads', 'builds']],
    ['python setup.py --command-packages=stdeb.command bdist_deb', ['builds']],
    ['git tag -l', []],
    ['git tag "v$V"', ['tags']],
    ['cz bump --yes', ['bumps-version', 'tags']],
    ['twine upload --help', []],
    ['uv publish --dry-run', []],
  ])('%s', (script, wanted) => {
    expect(effectsOf(commandsOf(script).at(-1)!)).toEqual(wanted);
  });
});

describe('a test of the project', () => {
  const tests = { files: { 'tests/test_tide.py': 'assert tide.__version__ == "0.4.2"\n' } };

  it('reads the written version where it compares it', () => {
    const [use] = versionUses(input('pytest', { ...tests, sources: ['tests/test_tide.py'] }));
    expect(use).toMatchObject({ kind: 'reads', where: { line: 1 }, breaks: true });
  });

  it('is no matter to the version where it names another one', () => {
    const given = { ...tests, version: '0.4.3', sources: ['tests/test_tide.py'] };
    expect(versionUses(input('pytest', given))).toEqual([]);
  });
});

describe('a Dockerfile', () => {
  const used = (text: string, ignored = '') => {
    const files: Record<string, string> = { Dockerfile: text, '.dockerignore': ignored };
    const stages = dockerStages('Dockerfile', (path) => files[path]);
    const jobs = stages.map((stage) => ({ ...stage, name: 'Dockerfile' }));
    return versionUses(input('', { jobs, files })).filter(({ breaks }) => breaks);
  };

  it.each([
    ['installs the project without its history', 'COPY src pyproject.toml ./', 'python:3.12', ''],
    ['keeps the history out', 'COPY . .', 'python:3.12', '.git\n'],
    ['has no git', 'COPY . .', 'python:3.12-slim', ''],
  ])('needs the written version where it %s', (_, copy, image, ignored) => {
    const [use, second] = used(
      `FROM ${image} AS x\n${copy}\nRUN pip install \\\n  --no-cache-dir .\n`,
      ignored,
    );
    expect(use).toMatchObject({ kind: 'installs', where: { file: 'Dockerfile', line: 3 } });
    expect(second).toBeUndefined();
  });

  it.each([
    ['has git and the history', 'FROM python:3.12\nCOPY . /app\nRUN pip install /app/.\n'],
    ['installs git', 'FROM python:3.12-slim\nRUN apt-get install -y git\nADD . .\nRUN pip install .\n'],
    ['installs only what was built', 'FROM python:3.12-slim\nCOPY dist/*.whl .\nRUN pip install *.whl\n'],
  ])('goes on where it %s', (_, text) => {
    expect(used(text)).toEqual([]);
  });
});

describe('git in an image', () => {
  it.each<[string, string, string | undefined]>([
    ['python:3.12', 'yes', undefined],
    ['docker.io/library/python:3.12-bookworm', 'yes', undefined],
    ['python:3.12-slim', 'no', 'python:3.12'],
    ['python:3.12-slim-bookworm', 'no', 'python:3.12-bookworm'],
    ['python:3-alpine', 'no', undefined],
    ['ghcr.io/astral-sh/uv:0.9', 'no', undefined],
    ['ghcr.io/astral-sh/uv:python3.12-trixie', 'yes', undefined],
    ['ghcr.io/astral-sh/uv:python3.12-trixie-slim', 'no', 'ghcr.io/astral-sh/uv:python3.12-trixie'],
    ['debian:bookworm', 'no', undefined],
    ['$CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX/ubuntu:24.04', 'no', undefined],
    ['mambaorg/micromamba:2.0', 'no', undefined],
    ['registry.example/harbour/debian:1', 'unknown', undefined],
    ['registry.example/harbour/ci:1', 'unknown', undefined],
    ['python:$VERSION', 'unknown', undefined],
  ])('%s', (image, has, fuller) => {
    const git = gitOf(image, []);
    expect(git.has).toBe(has);
    expect(git.has === 'no' ? git.image : undefined).toBe(fuller);
  });

  it('can be installed by the job', () => {
    expect(gitOf('python:3-slim', commandsOf('apt-get install -y git')).has).toBe('yes');
  });
});

describe('what depends on the written version', () => {
  it.each<[string, string, boolean, string]>([
    ['pip install -e .', 'installs', false, 'not-needed'],
    ["python -c \"import tomllib; print(tomllib.load(f)['project']['version'])\"", 'reads', true, 'by-hand'],
    ["V=$(grep '^version' pyproject.toml | cut -d= -f2)", 'reads', true, 'by-hand'],
    [
      "python - <<'E'\ndoc = tomlkit.parse(p.read_text())\ndoc['project']['version'] = v\nE",
      'reads',
      true,
      'by-hand',
    ],
    [
      "python -c \"import re; re.sub('version = .*', v, open('pyproject.toml').read())\"",
      'reads',
      true,
      'by-hand',
    ],
    ['dpkg-buildpackage -us -uc', 'installs', true, 'by-hand'],
    ['conda build recipe', 'installs', true, 'by-hand'],
    ['python3.6 -m pip install .', 'installs', true, 'newer-python'],
    ['uv version --short', 'reads', true, 'by-hand'],
    ['hatch version', 'reads', false, 'not-needed'],
    ['poetry version "$CI_COMMIT_TAG"', 'writes', true, 'by-hand'],
    ['sed -i "s/0.0.0/$CI_COMMIT_TAG/" setup.py', 'writes', true, 'by-hand'],
    ['git push --tags', 'pushes', false, 'not-needed'],
    ['bump-my-version bump patch', 'bumps', true, 'by-hand'],
    ['semantic-release version', 'bumps', false, 'not-needed'],
  ])('%s', (script, kind, breaks, repair) => {
    const use = versionUses(input(script)).find((one) => one.kind === kind);
    expect(use).toMatchObject({ breaks, repair: { kind: repair }, where: { job: 'tide' } });
  });

  it.each([
    ['asks the build backend, which asks git', 'hatch version', 'python:3.12-slim', 'git-in-image'],
    ['builds with what is installed', 'python -m build --no-isolation', 'python:3.12', 'by-hand'],
    ['installs with what is installed', 'pip install --no-build-isolation -e .', 'python:3.12', 'by-hand'],
  ])('finds a command that %s', (_, script, image, repair) => {
    const uses = versionUses(input(script, { image })).filter(({ breaks }) => breaks);
    expect(uses).toMatchObject([{ kind: 'installs', repair: { kind: repair } }]);
  });

  it.each([
    ['CMakeLists.txt', 'file(READ pyproject.toml T)\nstring(REGEX MATCH "version = \\"(.*)\\"" _ "${T}")\n'],
    [
      'recipe/meta.yaml',
      '{% set p = load_file_data("../pyproject.toml") %}\n  version: {{ p.project.version }}\n',
    ],
    ['scripts/sync.js', 'const f = "pyproject.toml";\nwrite(f, read(f).replace(/^version = .*$/m, next));\n'],
  ])('finds a program in another language that looks for it in pyproject.toml: %s', (file, text) => {
    const [use, second] = versionUses(input('', { files: { [file]: text }, sources: [file] }));
    expect(use).toMatchObject({ kind: 'reads', where: { file, line: 2 }, breaks: true });
    expect(second).toBeUndefined();
    expect(versionUses(input('', { files: { [file]: 'read("pyproject.toml")' }, sources: [file] }))).toEqual(
      [],
    );
  });

  it('finds a command that writes over a tracked file before the build', () => {
    const files = { 'src/tide/revision.py': 'REVISION = ""\n' };
    const kinds = (target: string) =>
      versionUses(input(`git rev-parse HEAD > ${target}\npython -m build`, { files })).map(
        ({ kind }) => kind,
      );
    expect(kinds('src/tide/revision.py')).toContain('dirties');
    expect(kinds('revision.txt')).not.toContain('dirties');
  });

  it('finds documentation that searches a project file for it', () => {
    const files = {
      'docs/conf.py': `text = Path("../pyproject.toml").read_text()\nrelease = re.search('^version = "(.*)"', text)[1]\n`,
    };
    const [use] = versionUses(input('', { files, sources: ['docs/conf.py'] }));
    expect(use).toMatchObject({ kind: 'reads', where: { line: 2 }, breaks: true });
  });

  it('finds an installation by a list of requirements', () => {
    const files = {
      'requirements/dev.txt': 'pytest\n-e .[dev]  # this project\n',
      'other.txt': 'a @ ./b.whl\n',
    };
    const repairs = (script: string) =>
      versionUses(input(script, { files, image: 'python:3.12-slim' })).map(({ repair }) => repair.kind);
    expect(repairs('cd requirements && pip install -r dev.txt')).toEqual(['git-in-image']);
    expect(repairs('pip install -r requirements/dev.txt -r other.txt')).toEqual(['git-in-image']);
    expect(repairs('pip install -r other.txt')).toEqual([]);
  });

  it('finds a Python that is too old for what gives the version from git', () => {
    const breaks = (image: string, matrix?: Record<string, string>[]) => {
      const job = { name: 'tide', image, commands: commandsOf('pip install .'), ...(matrix && { matrix }) };
      return versionUses(input('', { jobs: [job] })).some((use) => use.breaks);
    };
    expect(breaks('python:3.7')).toBe(true);
    expect(breaks('python:$PY', [{ PY: '3.12' }, { PY: '3.8' }])).toBe(true);
    expect(breaks('python:$PY', [{ PY: '3.12' }, { PY: '3.10' }])).toBe(false);
  });

  it('finds tests in an image without git, and offers both fixes', () => {
    expect(versionUses(input('pip install -e .\npytest', { image: 'python:3.12-slim' }))).toMatchObject([
      {
        kind: 'installs',
        breaks: true,
        repair: {
          kind: 'git-in-image',
          by: { image: 'python:3.12' },
          otherwise: { name: 'SETUPTOOLS_SCM_PRETEND_VERSION', value: '0.4.2' },
        },
      },
    ]);
  });

  it('finds a setup.py that would build 0.0.0', () => {
    const build = 'python setup.py bdist_wheel';
    const repairs = (script: string) =>
      versionUses(input(script, { source: 'setuptools-scm' })).map(({ repair }) => repair.kind);
    expect(repairs(build)).toEqual(['install-scm']);
    expect(repairs(`pip install 'setuptools-scm>=8'\n${build}`)).toEqual(['not-needed']);
  });

  it.each(['uv add --dev twine', 'poetry lock', "sed -i 's/a/b/' src/tide/data.py"])(
    'finds what makes the work tree dirty before the build: %s',
    (script) => {
      const kinds = (text: string) => versionUses(input(text)).map(({ kind }) => kind);
      expect(kinds(`${script}\npython -m build`)).toContain('dirties');
      expect(kinds(`python -m build\n${script}`)).not.toContain('dirties');
    },
  );

  it('finds files that repeat or read the version, with line numbers', () => {
    const files = {
      'src/tide/__init__.py': '"""Tides."""\n\n__version__ = "0.4.2"\n',
      'docs/conf.py': 'import tomllib\nrelease = tomllib.load(f)["project"]["version"]\n',
    };
    const uses = versionUses(input('true', { files, sources: Object.keys(files) }));
    expect(uses).toMatchObject([
      {
        kind: 'repeats',
        where: { file: 'src/tide/__init__.py', line: 3 },
        repair: { kind: 'importlib-metadata' },
      },
      { kind: 'reads', where: { file: 'docs/conf.py', line: 2 }, repair: { kind: 'importlib-metadata' } },
    ]);
  });

  it.each<[string, string, boolean, string, number]>([
    [
      'pyproject.toml',
      '[tool.commitizen]\nname = "x"\nversion_provider = "pep621"\n',
      true,
      'commitizen-scm',
      3,
    ],
    ['.cz.toml', '[tool.commitizen]\nversion_provider = "scm"\n', false, 'not-needed', 1],
    [
      'pyproject.toml',
      '[tool.commitizen]\nversion = "1"\nversion_files = ["pyproject.toml:version"]\n',
      true,
      'by-hand',
      1,
    ],
    ['pyproject.toml', '[tool.bumpversion]\ncurrent_version = "1"\n', false, 'not-needed', 1],
    [
      '.bumpversion.cfg',
      '[bumpversion]\ncurrent_version = 1\n[bumpversion:file:setup.py]\n',
      true,
      'by-hand',
      1,
    ],
    ['pyproject.toml', '[project]\n[tool.semantic_release]\nversion_toml = ["x"]\n', false, 'not-needed', 2],
  ])('knows the tools that raise it: %s %j', (file, text, breaks, repair, line) => {
    const uses = versionUses(input('true', { files: { [file]: text } }));
    expect(uses).toMatchObject([{ kind: 'bumps', where: { file, line }, breaks, repair: { kind: repair } }]);
  });
});

describe('the advice', () => {
  it.each<[string, Parameters<typeof input>[1], string]>([
    ['python -m build', {}, 'git'],
    ['pip install -e .', { image: 'python:3.12-slim' }, 'git'],
    ['uv version --short', {}, 'git'],
    ['bump-my-version bump patch', {}, 'keep-written'],
    ['uv version --short\ngrep version pyproject.toml', {}, 'keep-written'],
    ['uv version "1.0.dev$CI_PIPELINE_IID"', {}, 'leave'],
    ['sed -i "s/0/$CI_COMMIT_TAG/" setup.py', {}, 'leave'],
    [
      'cz bump --yes',
      { files: { 'pyproject.toml': '[tool.commitizen]\nversion_provider = "pep621"\n' } },
      'keep-written',
    ],
  ])('%s', (script, given, wanted) => {
    expect(adviseVersion(input(script, given)).kind).toBe(wanted);
  });
});
