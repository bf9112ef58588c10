import { describe, expect, it } from 'vitest';
import { commandsOfJob } from '../../../src/pipeline/model/commands.ts';
import { followIn } from '../../../src/pipeline/model/local-scripts.ts';

function read(script: string, files: Record<string, string>) {
  const job = { name: 'ship', before_script: [], script: [script], after_script: [] };
  return commandsOfJob(
    job,
    followIn((path) => files[path]),
  );
}

const makefile = `VERSION := 1.2
TWINE = python -m twine
.PHONY: ship
all: ship
dist: clean
\tpython -m build \\
\t  --sdist
ship upload: dist
\t@cd dist && ls
\t-$(TWINE) upload dist/* --comment $$VERSION-$(VERSION) $@
clean:
\trm -rf dist
`;

describe("what a project's own command runs", () => {
  it.each<[string, Record<string, string>, string[], string]>([
    [
      './ci/ship.sh testpypi',
      { 'ci/ship.sh': '#!/bin/sh\ntwine upload -r "$1" x' },
      ['twine upload -r "$1" x'],
      './ci/ship.sh',
    ],
    ['cd ci && bash ship.sh', { 'ci/ship.sh': 'twine upload x' }, ['twine upload x'], 'ship.sh'],
    ['bash <<EOF\ntwine upload x\nEOF', {}, ['twine upload x'], 'sh'],
    ['python -c "import os; os.system(\'twine upload x\')"', {}, ['twine upload x'], 'python'],
    [
      "python - <<'EOF'\nimport subprocess as s\ns.run(['twine', 'upload', 'x'])\nEOF",
      {},
      ['twine upload x'],
      'python',
    ],
    ['. ci/env.sh', { 'ci/env.sh': 'export A=1' }, ['export A=1'], 'ci/env.sh'],
    [
      '$CI_PROJECT_DIR/ci/ship',
      { 'ci/ship': '#!/usr/bin/env bash\nuv publish' },
      ['uv publish'],
      '$CI_PROJECT_DIR/ci/ship',
    ],
    [
      'python ci/ship.py',
      {
        'ci/ship.py':
          'import subprocess, sys\nsubprocess.run([sys.executable, "-m", "twine", "upload", path], check=True)\n',
      },
      ['python -m twine upload $path'],
      'ci/ship.py',
    ],
    [
      'python ci/ship.py',
      {
        'ci/ship.py':
          'def run(*args):\n    subprocess.run(args)\n\nrun(exe, "-m", "twine", "upload", "-p", os.environ["T"], "dist/*")\n',
      },
      ['$args', "twine upload -p $T 'dist/*'"],
      'ci/ship.py',
    ],
    [
      'inv ship --index pypi',
      { 'tasks.py': '@task\ndef ship(c, index="x"):\n    c.run(f"twine upload -r {index} dist/*")\n' },
      ['twine upload -r ${index} dist/*'],
      'tasks.py:ship',
    ],
    [
      'make ship',
      { Makefile: makefile },
      [
        'rm -rf dist',
        'python -m build  --sdist',
        'cd dist',
        'ls',
        'python -m twine upload dist/* --comment $VERSION-1.2 ship',
      ],
      'Makefile:ship',
    ],
    ['make -C core', { 'core/Makefile': 'all:\n\ttwine upload x\n' }, ['twine upload x'], 'Makefile:all'],
    [
      'nox -s ship',
      {
        'noxfile.py':
          '@nox.session(python="3.12")\ndef ship(session):\n    session.install("twine")\n    session.run("twine", "upload", *files)\n\n@nox.session\ndef lint(session):\n    session.run("ruff")\n',
      },
      ['pip install twine', 'twine upload $_files'],
      'noxfile.py:ship',
    ],
    [
      'tox -e ship',
      {
        'tox.ini':
          '[tox]\nenvlist = py\n[testenv:ship]\nskip_install = true\ncommands =\n    "{envpython}" -m build\n    {envbindir}/twine upload {posargs:dist/*}\n',
      },
      ['python -m build', 'twine upload dist/*'],
      'tox.ini:ship',
    ],
    [
      'export TOXENV=py3-ship; tox',
      {
        'tox.ini':
          '[testenv]\nskip_install = true\ncommands =\n    build: python -m build\n    ship,send: twine upload dist/*\n    py3-!ship: pytest\n    true\n',
      },
      ['twine upload dist/*', 'true'],
      'tox.ini:py3-ship',
    ],
    [
      'docker build --build-arg T=$T -f ci/Dockerfile .',
      {
        'ci/Dockerfile': 'FROM rust\nARG T\nCOPY . /io\nRUN cargo check && maturin publish --skip-existing\n',
      },
      ['maturin publish --skip-existing'],
      'ci/Dockerfile',
    ],
    [
      'tox run -e py',
      { 'pyproject.toml': '[tool.tox]\n[tool.tox.env.py]\ncommands = [["pytest", "-q"]]\n' },
      ['pip install .', 'pytest -q'],
      'pyproject.toml:py',
    ],
    [
      'just ship',
      { justfile: 'default:\n  ls\nbuild:\n  uv build\nship target="x": build\n  @uv publish {{target}}\n' },
      ['uv build', 'uv publish ${target}'],
      'justfile:ship',
    ],
    [
      'task ship',
      { 'Taskfile.yml': 'tasks:\n  build: uv build\n  ship:\n    deps: [build]\n    cmds: [uv publish]\n' },
      ['uv build', 'uv publish'],
      'Taskfile.yml:ship',
    ],
    [
      'invoke ship-it',
      { 'tasks.py': '@task\ndef ship_it(c):\n    c.run("twine upload x")\n' },
      ['twine upload x'],
      'tasks.py:ship_it',
    ],
    [
      'npm run ship',
      { 'package.json': '{"scripts":{"preship":"a","ship":"b"}}' },
      ['a', 'b'],
      'package.json:ship',
    ],
    [
      'poe ship',
      { 'pyproject.toml': '[tool.poe.tasks]\nship = ["a", { cmd = "twine upload x" }]\na = "uv build"\n' },
      ['uv build', 'twine upload x'],
      'poe:ship',
    ],
    [
      'pdm run ship',
      { 'pyproject.toml': '[tool.pdm.scripts]\nship = { composite = ["twine upload x"] }\n' },
      ['twine upload x'],
      'pdm:ship',
    ],
    [
      'hatch run ci:ship',
      { 'pyproject.toml': '[tool.hatch.envs.ci.scripts]\nship = ["twine upload x"]\n' },
      ['twine upload x'],
      'hatch:ship',
    ],
    [
      'pipenv run ship',
      { Pipfile: '[scripts]\nship = "twine upload x"\n' },
      ['twine upload x'],
      'pipenv:ship',
    ],
    [
      'npx semantic-release@24 --branches main',
      {
        '.releaserc.json':
          '{"plugins": ["@semantic-release/git", ["@semantic-release/exec", {"prepareCmd": "sed -i \\"s/x/${nextRelease.version}/\\" v", "publishCmd": "twine upload -p $T dist/*"}]]}',
      },
      ['sed -i "s/x/$RELEASE/" v', 'twine upload -p $T dist/*'],
      '.releaserc.json:publishCmd',
    ],
    [
      'semantic-release',
      {
        '.releaserc':
          "plugins:\n  - - '@semantic-release/exec'\n    - publishCmd: |\n        uv build\n        uv publish\n",
      },
      ['uv build', 'uv publish'],
      '.releaserc:publishCmd',
    ],
    [
      'pnpm semantic-release',
      {
        'release.config.js':
          "module.exports = { publish: [{ path: '@semantic-release/exec', cmd: `poetry publish` }] }",
      },
      ['poetry publish'],
      'release.config.js:cmd',
    ],
    [
      'npm exec -- semantic-release',
      {
        'package.json':
          '{"release": {"plugins": [["semantic-release-pypi", {"repoUrl": "https://pypi.example/"}]]}}',
      },
      [
        'python -m build',
        'twine upload --repository-url https://pypi.example/ -u __token__ -p $PYPI_TOKEN dist/*',
      ],
      'package.json:semantic-release-pypi',
    ],
    [
      'semantic-release version --push',
      { 'pyproject.toml': '[tool.semantic_release]\nbuild_command = "uv build && uv publish"\n' },
      ['uv build', 'uv publish'],
      'pyproject.toml:build_command',
    ],
    [
      'cz bump --yes',
      { '.cz.toml': '[tool.commitizen]\npost_bump_hooks = ["flit publish"]\n' },
      ['flit publish'],
      '.cz.toml:post_bump_hooks',
    ],
    [
      'bump-my-version bump patch',
      { 'pyproject.toml': '[tool.bumpversion]\npost_commit_hooks = ["hatch publish"]\n' },
      ['hatch publish'],
      'pyproject.toml:post_commit_hooks',
    ],
  ])('%s', (script, files, wanted, via) => {
    const { commands, holes } = read(script, files);
    const inside = commands.filter((command) => command.via.length > 0);
    expect(inside.map(({ text }) => text.replace(/\\\n\s*/g, ''))).toEqual(wanted);
    expect(inside.at(-1)?.via).toEqual([via]);
    expect(holes).toEqual([]);
  });

  it('is followed from one to the next, but never in circles', () => {
    const files = { 'a.sh': './b.sh', 'b.sh': './a.sh; make', Makefile: 'x:\n\t./a.sh\n\ttwine upload y\n' };
    const found = read('./a.sh', files).commands.find(({ tool }) => tool === 'twine');
    expect(found?.via).toEqual(['./a.sh', './b.sh', 'Makefile:x']);
  });

  it("gets the caller's arguments and directory", () => {
    const { commands } = read('cd core; ../ship.sh testpypi; ls', {
      'ship.sh': 'cd deep; twine upload -r $1',
    });
    expect(commands.find(({ tool }) => tool === 'twine')).toMatchObject({
      directory: 'core/deep',
      exported: { 1: 'testpypi' },
    });
    expect(commands.at(-1)?.directory).toBe('core');
  });
});

describe('what cannot be opened', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['./ci/none.sh', {}, ['script-not-in-checkout']],
    ['make ship', {}, ['script-not-in-checkout']],
    ['make ship', { Makefile: 'all:\n\tls\n' }, ['script-not-in-checkout']],
    ['python ci/ship.py', { 'ci/ship.py': 'import requests\nrequests.post(url)\n' }, ['cannot-be-read']],
    ['ci/ship', { 'ci/ship': '#!/usr/bin/perl\n' }, ['cannot-be-read']],
    ['python ci/count.py', { 'ci/count.py': 'print(1)\n' }, []],
    ['source .venv/bin/activate', {}, []],
  ])('is a hole: %s (%#)', (script, files, wanted) => {
    expect(read(script, files).holes.map(({ why }) => why)).toEqual(wanted);
  });
});
