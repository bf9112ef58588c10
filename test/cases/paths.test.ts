import type { Happening } from '../support/pipeline/what-happens.ts';
import { filesOn, jobsOn, judgeAll, othersOn, said } from './judge.ts';
import { below, fromGit, hatchling } from './projects.ts';
import type { Outcome } from './try-case.ts';

const testUpload = 'testpypi *.dev* by id-token (manual?)?';
const release = 'pypi 1.2.3 by id-token';

/** The build job on a tag according to gitlab-ci-local, whatever its name. */
function builder(it: Outcome) {
  const { jobs } = (it.after as Record<string, Happening>)['tag v1.2.3'] as Happening;
  return jobs.find(({ data }) => /-m build|uv build/.test((data.script ?? []).flat().join('\n')));
}

judgeAll({
  'files that are moved to the root, and artifacts by an anchor': {
    files: hatchling(`stages: [wrap, check, deploy]
source:
  stage: wrap
  image: python:3.13
  script: [pip install build, python -m build -s, mv dist/*.tar.gz .]
  artifacts: {paths: ['*.tar.gz']}
.wheel: &wheel
  stage: wrap
  image: python:3.13
  script: [pip install build, python -m build -w, mv dist/*.whl .]
  artifacts:
    paths: ['*.whl']
wheel/x86:
  <<: *wheel
check: {stage: check, image: python:3.13, script: [ls *.whl], needs: [wheel/x86]}
ship:
  stage: deploy
  image: python:3.13
  needs: [source, wheel/x86]
  rules: [{if: $CI_COMMIT_TAG}]
  script: [pip install twine, twine upload -u __token__ -p $SHIP_TOKEN *.whl *.tar.gz]
`),
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    refusal: /dist|\*\.whl/,
    wrong: (it) => [filesOn(it, 'tag v1.2.3', 'pypi').length !== 2 && 'not both files are published'],
  },
  'one stage for tests and upload': {
    files: hatchling(`stages: [build, deploy]
check: {stage: build, image: python:3.13, script: [pytest]}
ship:
  stage: build
  image: python:3.13
  only: [tags]
  script: [pip install build twine, python -m build, twine upload -u __token__ -p $SHIP_TOKEN dist/*]
`),
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    refusal: /stage/,
  },
  'a cd in a before_script that all jobs inherit': {
    files: below(
      'lib',
      hatchling(`image: python:3.13
stages: [check, build, deploy]
.lib: {before_script: [cd lib, pip install build twine pytest]}
check: {extends: .lib, stage: check, script: [pytest]}
build: {extends: .lib, stage: build, script: [python -m build], artifacts: {paths: [lib/dist/]}}
ship:
  extends: .lib
  stage: deploy
  rules: [{if: $CI_COMMIT_TAG}]
  script: [twine upload -u __token__ -p $SHIP_TOKEN dist/*]
`),
    ),
    directories: ['lib'],
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    refusal: /cd lib/,
  },
  'a source distribution in dist/ and wheels in a wheelhouse': {
    files: fromGit(`image: python:3.13
stages: [build, deploy]
source: {stage: build, script: [pip install build, python -m build --sdist], artifacts: {paths: [dist/*.tar.gz]}}
wheels:
  stage: build
  script: [pip install cibuildwheel, cibuildwheel --platform linux --output-dir wheelhouse]
  artifacts: {paths: [wheelhouse/*.whl]}
ship:
  stage: deploy
  needs: [source, wheels]
  rules: [{if: $CI_COMMIT_TAG}]
  script: [pip install twine, twine upload -u __token__ -p $SHIP_TOKEN dist/*.tar.gz wheelhouse/*.whl]
`),
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    wrong: (it) => [
      filesOn(it, 'tag v1.2.3', 'pypi').length !== 2 && 'not both files are published',
      filesOn(it, 'push', 'testpypi').length === 1 && 'TestPyPI gets other files than PyPI',
      /only the source distribution/.test(said(it)) && 'it is said that no wheels are published',
    ],
  },
  'an image, submodules and a variable that the build needs': {
    files: fromGit(`ship:
  stage: deploy
  image: registry.example.org/tools:3.13
  tags: [own]
  variables: {GIT_SUBMODULE_STRATEGY: recursive, KELP_EXT: "1", TWINE_USERNAME: __token__, TWINE_PASSWORD: $SHIP_TOKEN}
  rules: [{if: $CI_COMMIT_TAG}]
  script: [pip install build twine, python -m build, twine upload dist/*]
`),
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    wrong: (it) => {
      const { image, variables, tags } = builder(it)?.data ?? {};
      return [
        image?.name !== 'registry.example.org/tools:3.13' && 'the build has another image',
        variables?.GIT_SUBMODULE_STRATEGY !== 'recursive' && 'the build has no submodules',
        variables?.KELP_EXT !== '1' && 'the build lacks its variable',
        !/own/.test(JSON.stringify(tags)) && 'the build has another runner',
      ];
    },
  },
  'an old uv that a variable pins': {
    files: hatchling(
      `variables: {UV_VERSION: "0.7.12"}
stages: [build, deploy]
.uv: {image: "ghcr.io/astral-sh/uv:\${UV_VERSION}-python3.12-bookworm"}
build: {extends: .uv, stage: build, script: [uv build], artifacts: {paths: [dist/]}}
ship:
  extends: .uv
  stage: deploy
  rules: [{if: $CI_COMMIT_TAG}]
  variables: {UV_PUBLISH_TOKEN: $SHIP_TOKEN}
  script: [uv publish]
`,
    ),
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    refusal: /0\.8\.18|0\.7\.12/,
    wrong: (it) => {
      const happening = (it.after as Record<string, Happening>)['tag v1.2.3'] as Happening;
      const { data } = happening.jobs.find(({ name }) => name === 'ship') ?? {};
      const image = (data?.image?.name ?? '').replace(
        /\$\{?UV_VERSION\}?/,
        String({ ...happening.variables, ...data?.variables }.UV_VERSION),
      );
      return [/:0\.[0-7]\./.test(image) && `${image} is too old for Trusted Publishing`];
    },
  },
  'uvx twine that works as a Trusted Publisher': {
    files: hatchling(`image: ghcr.io/astral-sh/uv:python3.13-trixie
stages: [build, deploy]
build: {stage: build, script: [uv build], artifacts: {paths: [dist/]}}
try:
  stage: deploy
  environment: rehearsal
  id_tokens: {TESTPYPI_ID_TOKEN: {aud: testpypi}}
  rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]
  script: [uvx twine upload --repository testpypi dist/*]
ship:
  stage: deploy
  environment: shop
  id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}
  rules: [{if: $CI_COMMIT_TAG}]
  script: [uvx twine upload dist/*]
`),
    happens: { push: ['testpypi *.dev* by id-token'], 'tag v1.2.3': [release] },
    wrong: (it) => {
      const { jobs } = (it.after as Record<string, Happening>).push as Happening;
      const data = jobs.find(({ name }) => name === 'try')?.data;
      const runsUv = /\buvx?\b/.test((data?.script ?? []).flat().join('\n'));
      return [
        /does not publish yet/.test(said(it)) && 'it is said not to publish',
        runsUv && !/uv:/.test(data?.image?.name ?? '') && 'the image has no uv',
        !/rehearsal/.test(it.read('.gitlab-ci.yml')) && 'the environment has another name',
      ];
    },
  },
  'a builder for each index in a folder': {
    files: below(
      'craft',
      hatchling(
        `image: python:3.13
stages: [deploy]
.base: {before_script: [cd craft, pip install poetry]}
wrap-try:
  stage: deploy
  extends: .base
  script: ['poetry version "$(poetry version -s).dev$CI_PIPELINE_IID"', poetry build]
  artifacts: {paths: [craft/dist/]}
  rules: [{if: $CI_COMMIT_BRANCH}]
try:
  stage: deploy
  extends: .base
  needs: [wrap-try]
  id_tokens: {TESTPYPI_ID_TOKEN: {aud: testpypi}}
  script: [poetry run twine upload --repository testpypi dist/*]
  rules: [{if: $CI_COMMIT_BRANCH, when: manual}]
wrap-real:
  stage: deploy
  extends: .base
  script: ['poetry version "\${CI_COMMIT_TAG#v}"', poetry build]
  artifacts: {paths: [craft/dist/]}
  rules: [{if: '$CI_COMMIT_TAG =~ /^v\\d+/'}]
real:
  stage: deploy
  extends: .base
  needs: [wrap-real]
  id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}
  script: [poetry run twine upload dist/*]
  rules: [{if: '$CI_COMMIT_TAG =~ /^v\\d+/', when: manual}]
`,
        {
          'pyproject.toml': `[build-system]
requires = ["poetry-core>=2.0"]
build-backend = "poetry.core.masonry.api"

[project]
name = "kelp-table"
version = "1.2.3"
description = "Where kelp grows"
`,
        },
      ),
    ),
    directories: ['craft'],
    happens: {
      push: ['testpypi *.dev* by id-token (manual)'],
      'tag v1.2.3': [`${release} (manual)`],
    },
    refusal: /wrap-try|wrap-real/,
  },
  'a build in the deploying job, and a job that attaches its files': {
    files: hatchling(`image: ghcr.io/astral-sh/uv:python3.13-trixie
stages: [check, deploy, after]
check: {stage: check, script: [uv run pytest]}
ship:
  stage: deploy
  needs: [check]
  rules: [{if: $CI_COMMIT_TAG =~ /^v/}]
  script: [uv build, uv publish --token $SHIP_TOKEN]
  artifacts: {paths: [dist/], expire_in: never}
attach:
  stage: after
  needs: [ship]
  rules: [{if: $CI_COMMIT_TAG =~ /^v/}]
  script: ['for f in dist/*; do test -f "$f"; curl --upload-file "$f" https://files.example.org/; done']
`),
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    wrong: (it) => [
      !othersOn(it, 'after', 'tag v1.2.3').some((what) => /kelp_table-1\.2\.3/.test(what)) &&
        'the files are not attached any more',
      !jobsOn(it, 'after', 'tag v1.2.3').includes('check') && 'there are no tests any more',
    ],
  },
  'an exchange of the ID token by hand behind a global before_script': {
    files: hatchling(`image: python:3.13
cache: {paths: [.cache/pip, venv/]}
stages: [check, deploy]
before_script: [apt-get update, apt-get install -y git curl jq, python -m pip install twine id build]
check: {stage: check, script: [pip install . pytest, pytest]}
ship:
  stage: deploy
  id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}
  rules: [{if: $CI_COMMIT_TAG}]
  script:
    - python -m build
    - oidc_token=$(python -m id PYPI)
    - 'resp=$(curl -X POST https://pypi.org/_/oidc/mint-token -d "{\\"token\\":\\"$oidc_token\\"}")'
    - api_token=$(jq --raw-output .token <<< "$resp")
    - twine upload -u __token__ -p "$api_token" dist/*
`),
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    wrong: (it) => {
      const { jobs } = (it.after as Record<string, Happening>)['tag v1.2.3'] as Happening;
      const near = jobs.filter(({ data }) => data.id_tokens);
      return [
        near.some(({ data }) => /apt-get/.test(JSON.stringify(data.before_script ?? []))) &&
          'the global setup runs beside the token',
      ];
    },
  },
  'an address of PyPI as the audience': {
    files: hatchling(`stages: [check, build, deploy, pages]
image: ghcr.io/astral-sh/uv:python3.13-trixie
workflow: {rules: [{if: '$CI_COMMIT_TAG =~ /^v\\d+/'}, {if: $CI_COMMIT_BRANCH == "main"}]}
check: {stage: check, script: [uv run pytest]}
build: {stage: build, script: [uv build], artifacts: {paths: [dist/]}}
ship:
  stage: deploy
  needs: [build]
  rules: [{if: $CI_COMMIT_TAG =~ /^v/}]
  id_tokens: {PYPI_ID_TOKEN: {aud: "https://pypi.org"}}
  script: [uv publish]
pages:
  stage: pages
  rules: [{if: $CI_COMMIT_TAG}]
  script: [mkdocs build]
`),
    happens: { push: [testUpload], 'tag v1.2.3': [release], 'other branch': [] },
    wrong: (it) => [!jobsOn(it, 'after', 'tag v1.2.3').includes('pages') && 'there are no pages any more'],
  },
  'pdm publish that works as a Trusted Publisher': {
    files: hatchling(
      `image: python:3.13
before_script: [pip install pdm]
stages: [check, deploy]
check: {stage: check, script: [pdm install, pdm run pytest]}
ship:
  stage: deploy
  environment: production
  rules: [{if: $CI_COMMIT_TAG}]
  id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}
  script: [pdm publish]
`,
      {
        'pyproject.toml': `[build-system]
requires = ["pdm-backend"]
build-backend = "pdm.backend"

[project]
name = "kelp-table"
dynamic = ["version"]

[tool.pdm.version]
source = "scm"
`,
      },
    ),
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    wrong: (it) => [!/production/.test(it.read('.gitlab-ci.yml')) && 'the environment has another name'],
  },
  'both indexes trusted, and the local part switched off': {
    files: fromGit(`stages: [build, deploy]
build:
  stage: build
  image: python:3.13
  variables: {SETUPTOOLS_SCM_OVERRIDES_FOR_KELP_TABLE: '{local_scheme = "no-local-version"}'}
  script: [pip install build, python -m build]
  artifacts: {paths: [dist/]}
try:
  stage: deploy
  image: python:3.13
  dependencies: [build]
  id_tokens: {PYPI_ID_TOKEN: {aud: testpypi}}
  rules: [{if: $CI_COMMIT_BRANCH == "main" && $CI_PIPELINE_SOURCE == "push"}]
  script: [pip install twine, twine upload --repository testpypi dist/*]
ship:
  stage: deploy
  image: python:3.13
  dependencies: [build]
  id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}
  rules: [{if: $CI_COMMIT_TAG}]
  script: [pip install twine, twine upload dist/*]
`),
    happens: { push: ['testpypi *.dev* by id-token'], 'tag v1.2.3': [release], schedule: [] },
    wrong: (it) => [
      !/OVERRIDES_FOR_KELP_TABLE/.test(it.read('.gitlab-ci.yml')) && 'the variable of the build is gone',
    ],
  },
  'an ID token that is handed to uv publish as a password': {
    files: hatchling(`stages: [check, deploy]
.uv: &uv {image: "ghcr.io/astral-sh/uv:0.9-python3.13-bookworm"}
check: {<<: *uv, stage: check, parallel: {matrix: [{PYTHON: ["3.12", "3.13"]}]}, script: [uv sync, uv run pytest]}
ship:
  <<: *uv
  stage: deploy
  id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}
  rules: [{if: $CI_COMMIT_TAG =~ /^v/}]
  script:
    - uv build
    - uv publish --token $PYPI_ID_TOKEN
`),
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    wrong: (it) => [!jobsOn(it, 'after', 'tag v1.2.3').includes('ship') && 'the job has another name'],
  },
});
