import { jobsOn, judgeAll, othersOn, said } from './judge.ts';
import { fromGit, hatchling, setupPy } from './projects.ts';

const testUpload = 'testpypi *.dev* by id-token (manual?)?';
const release = 'pypi 1.2.3 by id-token';
const build = `build:
  stage: build
  image: python:3.13
  script: [pip install build, python -m build]
  artifacts: {paths: [dist/]}
`;
const upload = `upload:
  stage: deploy
  image: python:3.13
  rules: [{if: $CI_COMMIT_TAG}]
  script: [pip install twine, twine upload -u __token__ -p $PYPI_TOKEN dist/*]
`;

judgeAll({
  'semantic-release, which tags and uploads on main': {
    files: hatchling(`image: python:3.13
stages: [check, ship]
check: {stage: check, script: [pytest]}
ship:
  stage: ship
  rules: [{if: $CI_COMMIT_BRANCH == "main"}]
  script:
    - pip install python-semantic-release twine
    - semantic-release version
    - twine upload -u __token__ -p $PYPI_TOKEN --skip-existing dist/*
`),
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    refusal: /semantic-release/,
    wrong: (it) => [
      !othersOn(it, 'after', 'push').includes('bump semantic-release') && 'nothing makes tags any more',
      othersOn(it, 'after', 'tag v1.2.3').includes('bump semantic-release') && 'it bumps on a tag',
    ],
  },
  'a job that bumps by commitizen, which reads the written version': {
    files: hatchling(
      `image: python:3.13
stages: [bump, build, deploy]
bump:
  stage: bump
  rules: [{if: $CI_COMMIT_BRANCH == "main"}]
  script: [pip install commitizen, cz bump --yes, git push origin main --tags]
${build}  rules: [{if: $CI_COMMIT_TAG}]
${upload}`,
      {
        'pyproject.toml': `[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "kelp-table"
version = "1.2.3"

[tool.commitizen]
version_provider = "pep621"
tag_format = "v$version"
`,
      },
    ),
    happens: { push: [testUpload], 'tag v1.2.3': ['pypi * by id-token'] },
    refusal: /bump|commitizen/,
  },
  'tests and docs that install the package in a slim image': {
    files: hatchling(`image: python:3.13-slim
stages: [check, docs, deploy]
check: {stage: check, script: [pip install -e . pytest, pytest]}
docs: {stage: docs, script: [pip install . sphinx, sphinx-build docs out]}
ship:
  stage: deploy
  only: [tags]
  script: [pip install build twine, python -m build, twine upload -u __token__ -p $PYPI_TOKEN dist/*]
`),
    happens: { push: [testUpload], 'tag v1.2.3': ['pypi * by id-token'], 'merge request': [] },
    refusal: /check[\s\S]*docs/,
  },
  'a sed that writes the tag over a placeholder': {
    files: setupPy(
      `publish:
  image: python:3.12
  only: [tags]
  script:
    - sed -i "s/0.0.0.dev0/$CI_COMMIT_TAG/" setup.py
    - sed -i "s/0.0.0.dev0/$CI_COMMIT_TAG/" src/kelp_table/__init__.py
    - pip install setuptools wheel twine
    - python setup.py sdist bdist_wheel
    - python -m twine upload dist/* -u __token__ -p $PYPI_TOKEN
`,
      '0.0.0.dev0',
      { 'src/kelp_table/__init__.py': '__version__ = "0.0.0.dev0"\n' },
    ),
    happens: { push: [testUpload], 'tag v1.2.3': ['pypi *1.2.3* by id-token'] },
    refusal: /sed/,
  },
  'a job and docs that read the written version': {
    files: hatchling(
      `image: python:3.13
stages: [check, build, deploy]
show:
  stage: check
  script:
    - python3 -c "import tomllib; print(tomllib.load(open('pyproject.toml', 'rb'))['project']['version'])"
${build}${upload}`,
      {
        'docs/conf.py':
          'import tomllib\nrelease = tomllib.load(open("../pyproject.toml", "rb"))["project"]["version"]\n',
        'src/kelp_table/__init__.py': '__version__ = "1.2.3"\n',
      },
    ),
    happens: { push: [testUpload], 'tag v1.2.3': ['pypi * by id-token'] },
    refusal: /show[\s\S]*docs\/conf\.py|docs\/conf\.py[\s\S]*show/,
    wrong: (it) => {
      if (/^version = /m.test(it.read('pyproject.toml'))) return [];
      const docs = it.read('docs/conf.py').includes('["version"]') && !/docs\/conf\.py/.test(said(it));
      const repeated =
        it.read('src/kelp_table/__init__.py').includes('1.2.3') && !/__version__/.test(said(it));
      return [docs && 'the docs break without a word', repeated && '__version__ stays without a word'];
    },
  },
  'a registry job that builds by setup.py': {
    files: setupPy(
      `stages: [check, deploy]
check: {stage: check, image: python:3.13, script: [pytest]}
registry:
  stage: deploy
  image: python:3.13
  only: [tags]
  script:
    - pip install twine wheel setuptools
    - python setup.py bdist_wheel
    - TWINE_USERNAME=gitlab-ci-token TWINE_PASSWORD=$CI_JOB_TOKEN twine upload --repository-url $CI_API_V4_URL/projects/$CI_PROJECT_ID/packages/pypi dist/*
`,
      '1.2.3',
    ),
    happens: {
      push: [testUpload],
      'tag v1.2.3': ['pypi * by id-token', 'another * by glcbt-64_made-up'],
    },
    refusal: /registry/,
    wrong: (it) => [
      JSON.stringify(it.after).includes('kelp_table-0.0.0') && 'the registry gets the version 0.0.0',
    ],
  },
  'a guard for the tag and a sed in the one job that builds and uploads': {
    files: setupPy(
      `image: python:3.13
stages: [check, ship]
check: {stage: check, script: [pytest]}
ship:
  stage: ship
  only: [tags]
  script:
    - pip install setuptools wheel twine
    - if ! [[ $CI_COMMIT_TAG =~ ^v[0-9]+[.][0-9]+[.][0-9]+$ ]]; then exit 1; fi
    - sed -i "s/version=.*/version=\\"\${CI_COMMIT_TAG#v}\\",/" setup.py
    - python setup.py sdist bdist_wheel
    - twine upload -u __token__ -p $PYPI_TOKEN dist/*
    - curl --upload-file setup.py https://example.org/sums
`,
      '1.2.3',
    ),
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    refusal: /sed|CI_COMMIT_TAG/,
    wrong: (it) => [
      !othersOn(it, 'after', 'tag v1.2.3').some((what) => /example\.org\/sums/.test(what)) &&
        'the checksum is not sent any more',
    ],
  },
  'an uv add before the build, and uv from the default before_script': {
    files: hatchling(`default:
  image: python:3.12
  tags: [own]
  before_script: [curl -LsSf https://astral.sh/uv/install.sh | sh, uv venv]
stages: [check, build, deploy]
check: {stage: check, script: ["uv pip install -e .", uv run pytest]}
build:
  stage: build
  script: [uv add --dev build twine, uv run python -m build]
  artifacts: {paths: [dist/]}
  rules: [{if: $CI_COMMIT_TAG}, {if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]
try:
  stage: deploy
  environment: {name: testpypi}
  id_tokens: {TESTPYPI_ID_TOKEN: {aud: testpypi}}
  rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH, when: manual}]
  script: [uv run twine upload --repository testpypi dist/*]
ship:
  stage: deploy
  environment: {name: pypi}
  id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}
  rules: [{if: $CI_COMMIT_TAG, when: manual}]
  script: [uv run twine upload dist/*]
`),
    happens: {
      push: ['testpypi *.dev* by id-token (manual)'],
      'tag v1.2.3': ['pypi 1.2.3 by id-token (manual)'],
    },
    refusal: /uv add/,
  },
  'an old Python in the image that builds': {
    files: setupPy(
      `stages: [build, deploy]
build:
  stage: build
  image: python:3.7
  script: [python setup.py sdist bdist_wheel]
  artifacts: {paths: [dist/*]}
upload:
  stage: deploy
  image: python:3.7
  only: [tags]
  script: [pip install twine, twine upload -u __token__ -p $PYPI_TOKEN dist/*]
`,
      '1.2.3',
    ),
    happens: { push: [testUpload], 'tag v1.2.3': ['pypi * by id-token'] },
    refusal: /python:3\.7/,
    wrong: (it) => {
      const builds = (
        it.after as Record<string, { jobs: { name: string; data: { image?: { name: string } } }[] }>
      )['tag v1.2.3']?.jobs.find(({ name }) => name === 'build');
      const needsNewer = /setuptools>=(6[89]|[78]\d)/.test(it.read('pyproject.toml'));
      return [
        needsNewer &&
          /3\.7/.test(builds?.data.image?.name ?? '') &&
          'the build needs a newer Python than it has',
      ];
    },
  },
  'a sed of the version in pyproject.toml for tags and pushes': {
    files: hatchling(`image: python:3.13
stages: [build, deploy]
build:
  stage: build
  script:
    - if [ -n "$CI_COMMIT_TAG" ]; then V=\${CI_COMMIT_TAG#v}; else V=0.0.0.dev$CI_PIPELINE_IID; fi
    - sed -i "s/^version = .*/version = \\"$V\\"/" pyproject.toml
    - pip install build
    - python -m build
  artifacts: {paths: [dist/]}
try:
  stage: deploy
  rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]
  script: [pip install twine, twine upload -u __token__ -p $TRY_TOKEN --repository testpypi dist/*]
ship:
  stage: deploy
  rules: [{if: $CI_COMMIT_TAG}]
  script: [pip install twine, twine upload -u __token__ -p $SHIP_TOKEN dist/*]
`),
    happens: { push: ['testpypi *.dev* by id-token'], 'tag v1.2.3': [release] },
  },
  'a version that a dotenv job computes': {
    files: fromGit(`image: python:3.13
stages: [prepare, build, deploy, announce]
number:
  stage: prepare
  script: [echo NUMBER=1 > number.env]
  artifacts: {reports: {dotenv: number.env}}
${build}  needs: [number]
${upload}  needs: [number, build]
announce:
  stage: announce
  needs: [upload, build]
  rules: [{if: $CI_COMMIT_TAG}]
  script: [echo Release]
  release: {tag_name: $CI_COMMIT_TAG, description: New}
`),
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    wrong: (it) => [
      !jobsOn(it, 'after', 'tag v1.2.3').includes('announce') && 'the release is not announced any more',
    ],
  },
  'flit, and tags of numbers alone': {
    files: {
      'pyproject.toml': `[build-system]
requires = ["flit_core>=3.4"]
build-backend = "flit_core.buildapi"

[project]
name = "kelp-table"
version = "1.2.3"
description = "Where kelp grows"
`,
      'kelp_table/__init__.py': '"""Where kelp grows."""\n',
      '.gitlab-ci.yml': `image: python:3.13
ship:
  stage: deploy
  only: ['/^v?[0-9.]+$/']
  except: [branches]
  variables: {FLIT_USERNAME: __token__, FLIT_PASSWORD: $PYPI_TOKEN, FLIT_ROOT_INSTALL: "1"}
  script: [pip install flit, flit publish]
`,
    },
    happens: { push: [testUpload], 'tag v1.2.3': ['pypi * by id-token'], 'tag v1.2.3rc1': [] },
  },
  'a build by setup.py that tox runs, which would build 0.0.0 without setuptools-scm': {
    files: setupPy(
      `image: python:3.13
stages: [build, ship]
build:
  stage: build
  script: [pip install tox, tox -e pack]
  artifacts: {paths: [dist/]}
ship:
  stage: ship
  only: [tags]
  script: [pip install twine, twine upload -u __token__ -p $SHIP_TOKEN dist/*]
`,
      '1.2.3',
      {
        'tox.ini': `[testenv:pack]
deps = wheel
skip_install = true
commands = python setup.py sdist bdist_wheel
`,
      },
    ),
    // The stand-ins do not run tox.
    happens: { 'merge request': [] },
    refusal: /install setuptools-scm before it/,
    wrong: (it) => [
      !/install setuptools-scm before it/.test(said(it)) && 'nobody says what the build would need',
      /setuptools[-_]scm/.test(it.diff) && 'the version comes from git, which the build does not see',
      it.diff !== '' && !/version="1\.2\.3"/.test(it.read('setup.py')) && 'the version is no longer written',
    ],
  },
  'a setup.py that builds before each job, and once more for an index of its own': {
    files: setupPy(
      `stages: [mirror, ship]
ship:
  stage: ship
  image: python:3.9
  before_script: [pip install setuptools twine, python setup.py sdist bdist_wheel]
  only: {refs: [main], changes: [src/**/*]}
  script: [twine upload -u __token__ -p $SHIP_TOKEN dist/*]
mirror:
  stage: mirror
  image: python:3.13
  only: [main]
  script:
    - pip install setuptools twine
    - python setup.py sdist
    - twine upload -u gitlab-ci-token -p $CI_JOB_TOKEN --repository-url https://reef.example.org/packages/pypi dist/*
`,
      '1.2.3',
    ),
    happens: {
      push: [testUpload, 'another *.dev* by *'],
      'tag v1.2.3': [release],
    },
    wrong: (it) => [!/'mirror' goes on publishing/.test(said(it)) && 'nobody hears of the other index'],
  },
  'tests in slim images that variables and a hidden job name': {
    files: hatchling(`variables: {PY: "3.13", VARIANT: bookworm-slim}
stages: [test, build, ship]
.python: {image: 'python:$PY-slim', before_script: [pip install .]}
test: {extends: .python, stage: test, script: [pytest]}
oldest:
  stage: test
  parallel: {matrix: [{PYTHON: ["3.11", "3.12"]}]}
  image: python:\${PYTHON}-slim
  script: [pip install ., pytest]
lint:
  stage: test
  image: {name: 'ghcr.io/astral-sh/uv:0.9.12-python\${PY}-\${VARIANT}', entrypoint: [""]}
  script: [uv sync, uv run ruff check]
ship:
  stage: ship
  image: python:3.13
  only: [tags]
  script: [pip install build twine, python -m build, twine upload -u __token__ -p $SHIP_TOKEN dist/*]
`),
    happens: { push: [testUpload], 'other branch': [], 'tag v1.2.3': [release] },
    wrong: (it) => [
      !/image: python:\$\{PYTHON\}\n/.test(it.read('.gitlab-ci.yml')) &&
        'the matrix no longer names the image',
    ],
  },
  'a container that installs the package, and a test that reads its version': {
    files: hatchling(
      `image: python:3.13
stages: [test, build, ship]
test: {stage: test, script: [pip install -e . pytest, pytest]}
${build}container: {stage: ship, image: 'docker:27', script: [docker build -t here .]}
ship:
  stage: ship
  rules: [{if: $CI_COMMIT_TAG}]
  needs: [build]
  script: [pip install twine, twine upload -u __token__ -p $SHIP_TOKEN dist/*]
`,
      {
        Dockerfile: 'FROM python:3.13-slim\nCOPY src pyproject.toml ./\nRUN pip install .\n',
        'tests/test_version.py':
          'import tomllib\n\n\ndef test_version():\n    with open("pyproject.toml", "rb") as file:\n        assert tomllib.load(file)["project"]["version"]\n',
      },
    ),
    mayFail: ['container'],
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    wrong: (it) => [
      !/^version = "1.2.3"$/m.test(it.read('pyproject.toml')) && 'the version is no longer written',
      !/Dockerfile/.test(said(it)) && 'nobody says what depends on the version',
    ],
  },
  'wheels from a container that a job starts': {
    files: hatchling(`image: python:3.13
stages: [build, ship]
sdist: {stage: build, script: [python -m build --sdist], artifacts: {paths: [dist/]}}
wheels:
  stage: build
  image: docker:27
  needs: [sdist]
  script: ['docker run --rm -v $PWD:/io quay.io/pypa/manylinux2014_x86_64 /io/ci/wheels.sh']
  artifacts: {paths: [wheelhouse/]}
ship:
  stage: ship
  rules: [{if: $CI_COMMIT_TAG}]
  needs: [wheels]
  script: [pip install twine, twine upload -u __token__ -p $SHIP_TOKEN wheelhouse/*]
`),
    happens: {},
    refusal: /'wheels' builds in a container that it starts \('docker run/,
    wrong: () => ['nobody knows the version of those wheels'],
  },
  'a build by flit, which follows no other build backend': {
    files: hatchling(`ship:
  image: python:3.13
  rules: [{if: $CI_COMMIT_TAG}]
  script: [pip install flit, flit publish]
`),
    happens: {},
    refusal: /'ship' builds by 'flit publish', which follows no other build backend/,
    wrong: () => ['flit would go on building the written version'],
  },
  'a pyproject.toml that the pipeline writes': {
    files: hatchling(
      `ship:
  image: python:3.13
  rules: [{if: $CI_COMMIT_TAG}]
  script: [envsubst < pyproject.tmpl > pyproject.toml, pip install build twine, python -m build, twine upload dist/*]
`,
      { 'pyproject.tmpl': '[project]\nname = "kelp-table"\nversion = "$CI_COMMIT_TAG"\n' },
    ),
    happens: {},
    refusal: /'ship' writes the project's metadata before it builds \('envsubst/,
    wrong: () => ['the version from git is lost'],
  },
});
