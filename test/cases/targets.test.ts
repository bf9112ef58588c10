import { jobsOn, judgeAll, othersOn, said } from './judge.ts';
import { below, fromGit, hatchling, setupPy } from './projects.ts';

const testUpload = 'testpypi *.dev* by id-token (manual?)?';
const release = 'pypi 1.2.3 by id-token';
const registry = '--repository-url $CI_API_V4_URL/projects/$CI_PROJECT_ID/packages/pypi';
const build = `build:
  stage: build
  image: python:3.13
  script: [pip install build, python -m build]
  artifacts: {paths: [dist/]}
`;

judgeAll({
  "the registry's address in a variable of the file": {
    files: fromGit(`image: python:3.13
variables: {REGISTRY_URL: "$CI_API_V4_URL/projects/$CI_PROJECT_ID/packages/pypi"}
stages: [build, deploy]
${build}
inner:
  stage: deploy
  rules: [{if: $CI_COMMIT_TAG}]
  script: [pip install twine, TWINE_PASSWORD=$CI_JOB_TOKEN TWINE_USERNAME=gitlab-ci-token twine upload --repository-url $REGISTRY_URL dist/*]
outer:
  stage: deploy
  rules: [{if: $CI_COMMIT_TAG}]
  script: [pip install twine, TWINE_PASSWORD=$SHIP_TOKEN TWINE_USERNAME=__token__ twine upload dist/*]
`),
    happens: { push: [testUpload], 'tag v1.2.3': [release, 'another 1.2.3 by glcbt-64_made-up'] },
    wrong: (it) => [/SHIP_TOKEN/.test(it.read('.gitlab-ci.yml')) && 'the token is read as before'],
  },
  'the registry and PyPI in one script': {
    files: hatchling(`ship:
  image: python:3.13
  stage: deploy
  rules: [{if: $CI_COMMIT_TAG}]
  script:
    - pip install build twine
    - python -m build
    - TWINE_USERNAME=__token__ TWINE_PASSWORD=$SHIP_TOKEN twine upload dist/*
    - TWINE_USERNAME=gitlab-ci-token TWINE_PASSWORD=$CI_JOB_TOKEN twine upload ${registry} dist/*
`),
    happens: { push: [testUpload], 'tag v1.2.3': [release, 'another 1.2.3 by glcbt-64_made-up'] },
  },
  'an index and its token by variables of rules': {
    files: fromGit(`image: python:3.13
stages: [build, deploy]
${build}
ship:
  stage: deploy
  variables: {TWINE_USERNAME: __token__}
  rules:
    - if: '$CI_COMMIT_TAG =~ /rc/'
      variables: {TWINE_REPOSITORY: testpypi, TWINE_PASSWORD: $TRY_TOKEN}
    - if: $CI_COMMIT_TAG
      when: manual
      variables: {TWINE_REPOSITORY: pypi, TWINE_PASSWORD: $SHIP_TOKEN}
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      variables: {TWINE_REPOSITORY_URL: "$CI_API_V4_URL/projects/$CI_PROJECT_ID/packages/pypi", TWINE_USERNAME: gitlab-ci-token, TWINE_PASSWORD: $CI_JOB_TOKEN}
  script: [pip install twine, twine check dist/*, twine upload dist/*]
`),
    happens: {
      push: ['another *.dev* by glcbt-64_made-up'],
      'tag v1.2.3': [`${release} (manual)`],
      'tag v1.2.3rc1': ['testpypi 1.2.3rc1 by id-token'],
      schedule: ['another *.dev* by glcbt-64_made-up'],
    },
    wrong: (it) => [
      !jobsOn(it, 'after', 'tag v1.2.3rc1').some((job) => job.endsWith('-checks')) &&
        'nothing checks candidates',
      /(?:SHIP|TRY)_TOKEN/.test(it.read('.gitlab-ci.yml')) && 'the tokens are read as before',
    ],
  },
  'a script that uploads by the tag, in the job that builds and checks': {
    files: fromGit(`image: python:3.13
stages: [build, deploy]
make:
  stage: build
  script:
    - pip install build twine
    - python -m build
    - twine check dist/*
    - |
      case "$CI_COMMIT_TAG" in
        "") echo "no release" ;;
        *rc*) twine upload -r testpypi -p $TRY_TOKEN dist/* ;;
        *) twine upload -p $SHIP_TOKEN dist/* ;;
      esac
  artifacts: {paths: [dist/]}
`),
    happens: {
      push: [],
      'other branch': [],
      'tag v1.2.3': [release],
      'tag v1.2.3rc1': ['testpypi 1.2.3rc1 by id-token'],
      'merge request': [],
    },
    wrong: (it) =>
      (['push', 'other branch', 'tag v1.2.3'] as const).map(
        (when) => !jobsOn(it, 'after', when).includes('make') && `nothing is built on ${when}`,
      ),
  },
  'an ID token beside an upload to the registry': {
    files: fromGit(`image: python:3.13
stages: [build, deploy]
${build}
ship:
  stage: deploy
  environment: release
  id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}
  rules: [{if: $CI_COMMIT_TAG}]
  script:
    - pip install twine
    - twine check dist/*
    - twine upload dist/*
    - TWINE_USERNAME=gitlab-ci-token TWINE_PASSWORD=$CI_JOB_TOKEN twine upload ${registry} dist/*
`),
    happens: { push: [testUpload], 'tag v1.2.3': [release, 'another 1.2.3 by glcbt-64_made-up'] },
    wrong: (it) => [
      /^ship:\n(?: .*\n)* {2}(?:id_tokens|environment):/m.test(it.read('.gitlab-ci.yml')) &&
        'its token stays',
    ],
  },
  'one hidden upload job and targets by variables': {
    files: fromGit(`image: python:3.13
stages: [build, deploy]
${build}
.upload:
  stage: deploy
  rules: [{if: $CI_COMMIT_TAG}]
  script: [pip install twine, twine upload dist/*]
inner:
  extends: .upload
  variables: {TWINE_USERNAME: gitlab-ci-token, TWINE_PASSWORD: $CI_JOB_TOKEN, TWINE_REPOSITORY_URL: "$CI_API_V4_URL/projects/$CI_PROJECT_ID/packages/pypi"}
try: {extends: .upload, variables: {TWINE_USERNAME: __token__, TWINE_PASSWORD: $TRY_TOKEN, TWINE_REPOSITORY: testpypi}}
outer: {extends: .upload, variables: {TWINE_USERNAME: __token__, TWINE_PASSWORD: $SHIP_TOKEN}}
`),
    happens: {
      push: [testUpload],
      'tag v1.2.3': [release, 'another 1.2.3 by glcbt-64_made-up', 'testpypi * by id-token?'],
    },
    wrong: ({ starts }) =>
      starts.map(({ report }) => {
        const leftovers = report.settings.find(({ id }) => id === 'leftover-credentials');
        return leftovers?.state !== 'ok' && `a false alarm: ${leftovers?.message}`;
      }),
  },
  'an environment that is named after the tag': {
    files: hatchling(`image: python:3.13
stages: [build, deploy]
${build}
ship:
  stage: deploy
  environment: {name: pypi/$CI_COMMIT_TAG}
  id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}
  rules: [{if: $CI_COMMIT_TAG}]
  script: [pip install twine, twine upload dist/*]
`),
    happens: { push: [testUpload], 'tag v1.2.3': ['pypi * by id-token'] },
    refusal: /CI_COMMIT_TAG/,
    wrong: (it) => [
      it.environments.some((name) => name.includes('$')) && 'an environment has a variable in its name',
      it.starts.some(({ report }) => JSON.stringify(report.publisherPages).includes('$CI_COMMIT_TAG')) &&
        'the publisher is for no environment that there will be',
    ],
  },
  'an own upload script and ID tokens': {
    files: hatchling(
      `stages: [check, ship]
image: registry.example.org/tools:1
check: {stage: check, script: [ci/wares.sh check]}
try:
  stage: ship
  rules: [{if: '$CI_COMMIT_TAG =~ /^v\\d/'}]
  id_tokens: {PYPI_ID_TOKEN: {aud: testpypi}}
  script: [ci/wares.sh ship testpypi]
real:
  stage: ship
  rules: [{if: '$CI_COMMIT_TAG =~ /^v\\d/', when: manual}]
  id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}
  script: [ci/wares.sh ship pypi]
`,
      {
        'ci/wares.sh':
          '#!/bin/bash\nset -e\npython -m build\nif [ "$1" = ship ]; then twine upload -r "$2" dist/*; fi\n',
      },
    ),
    happens: {
      push: [testUpload],
      'tag v1.2.3': ['pypi * by id-token (manual)', 'testpypi * by id-token?'],
    },
    refusal: /real[\s\S]*wares\.sh|wares\.sh[\s\S]*real/,
  },
  'a target of a justfile that builds, checks and uploads': {
    files: hatchling(
      `send: {image: python:3.13, stage: deploy, only: [tags], script: [pip install build twine rust-just, just publish]}
look: {image: python:3.13, stage: test, only: [tags], script: [sh ci/look-release.sh]}
`,
      {
        'ci/look-release.sh': 'echo nothing to see\n',
        justfile:
          'build:\n    rm -rf dist\n    python -m build\n\npublish: build\n    twine check dist/*\n    twine upload -p $SHIP_TOKEN dist/*\n',
      },
    ),
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    wrong: (it) => [/may publish/.test(said(it)) && 'it warns about what it has taken out'],
  },
  'a script of the checkout that uploads': {
    files: hatchling(
      `stages: [check, build, deploy]
check: {stage: check, image: python:3.13, tags: [own], script: [pytest]}
wrap:
  stage: build
  image: python:3.13
  tags: [own]
  only: [tags]
  script: [bash ./.ci/wrap.sh]
  artifacts: {paths: [dist/*]}
send:
  stage: deploy
  image: python:3.13
  tags: [own]
  only: [tags]
  when: manual
  dependencies: [wrap]
  script: [bash ./.ci/send.sh]
`,
      {
        '.ci/wrap.sh': 'pip install build\npython -m build\n',
        '.ci/send.sh': 'pip install twine\ntwine upload -u __token__ -p "$SHIP_TOKEN" dist/*\n',
      },
    ),
    happens: { push: [testUpload], 'tag v1.2.3': [`${release} (manual)`] },
    refusal: /send[\s\S]*send\.sh|send\.sh[\s\S]*send/,
  },
  'an announcement and a trigger after the upload': {
    files: hatchling(`ship:
  stage: deploy
  image: python:3.13
  only: [tags]
  script:
    - pip install build hatch twine
    - python -m build
    - twine upload -u __token__ -p $SHIP_TOKEN dist/*
    - |
      VERSION=$(hatch version)
      if [ -n "$CI_COMMIT_TAG" ]; then
        curl --data "$VERSION is out" https://talk.example.org/room
      fi
      curl -X POST -F token=$NEXT_TOKEN https://gitlab.com/api/v4/projects/7/trigger/pipeline
`),
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    refusal: /ship/,
    wrong: (it) => {
      const sent = othersOn(it, 'after', 'tag v1.2.3').join('\n');
      return [
        !sent.includes('talk.example.org') && 'the release is not announced any more',
        !sent.includes('trigger/pipeline') && 'the other project is not triggered any more',
      ];
    },
  },
  'child pipelines, of which one publishes': {
    files: {
      ...below('core', hatchling('')),
      '.gitlab-ci.yml': `core:
  stage: build
  trigger: {include: core/.gitlab-ci.yml, strategy: depend}
  rules: [{if: $CI_COMMIT_TAG}]
`,
      'core/.gitlab-ci.yml': `ship:
  image: python:3.13
  script: [cd core, pip install build twine, python -m build, twine upload -u __token__ -p $SHIP_TOKEN dist/*]
  rules: [{if: $CI_COMMIT_TAG}]
`,
    },
    directories: ['core'],
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    refusal: /core\/\.gitlab-ci\.yml|child/,
  },
  'a workspace with a tag for each package, and a start at the root': {
    files: workspace(),
    happens: { push: [], 'tag v1.2.3': [] },
    refusal: /kelp-core[\s\S]*kelp-map|packages\//,
    wrong: () => ['it changes the root of a workspace'],
  },
  'a workspace with a tag for each package, and a start in one of them': {
    files: workspace(),
    directories: ['packages/kelp-core'],
    happens: { push: [testUpload], 'tag v1.2.3': [] },
    refusal: /tag|workspace|package/,
    wrong: (it) => [
      !it.read('.gitlab-ci.yml').includes('kelp-') && 'the tags of the packages are not known any more',
      !/tag.regex|--match|tag-pattern|tag_pattern/.test(it.read('packages/kelp-core/pyproject.toml')) &&
        'the version comes from the tags of any package',
    ],
  },
  'two packages that are set up one after the other': {
    files: {
      ...below('alpha', hatchling('')),
      ...below(
        'beta',
        hatchling('', {
          'pyproject.toml': `[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "reef-table"
version = "0.1.0"
`,
        }),
      ),
      '.gitlab-ci.yml': 'check: {image: python:3.13, script: [pip install ./alpha ./beta pytest, pytest]}\n',
    },
    directories: ['alpha', 'beta'],
    happens: { push: ['testpypi *.dev* by id-token?', 'testpypi *.dev* by id-token?'] },
    refusal: /alpha/,
    wrong: (it) => {
      const second = it.starts[1];
      if (second && /alpha|one package|another package/.test(said({ ...it, starts: [second] }))) return [];
      const jobs = jobsOn(it, 'after', 'push');
      return [
        !(jobs.some((name) => /beta|reef/.test(name)) || jobs.length >= 5) &&
          'the second package has no jobs of its own, and nobody says so',
      ];
    },
  },
  'rules of the whole pipeline that set where it uploads': {
    files: fromGit(`workflow:
  rules:
    - if: $CI_COMMIT_TAG
      variables: {WHERE: "--repository pypi", WHO: '--username __token__ --password "$SHIP_TOKEN"'}
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      variables:
        WHERE: --repository-url $CI_API_V4_URL/projects/$CI_PROJECT_ID/packages/pypi
        WHO: --username gitlab-ci-token --password $CI_JOB_TOKEN
stages: [build, ship]
build:
  stage: build
  image: python:3.13
  script: [pip install build, python -m build]
  artifacts: {paths: [dist]}
ship:
  stage: ship
  image: python:3.13
  script: [pip install twine, 'twine upload $WHERE $WHO dist/*']
`),
    happens: {
      push: ['another * by glcbt-64_made-up', 'testpypi *.dev* by id-token?'],
      'tag v1.2.3': [release],
    },
    refusal: /'ship' upload to PyPI on a tag v1.2.3 and to GitLab's registry on a push to main/,
  },
  'a question to the index, whether it has the version, before the build and the upload': {
    files: setupPy(
      `image: python:3.13
ship:
  stage: deploy
  only: [tags]
  script:
    - pip install twine
    - V=$(python setup.py --version)
    - if curl -s "https://pypi.org/pypi/kelp-table/json" | grep -q ""$V""; then echo "There."; exit 0; fi
    - python setup.py sdist
    - twine upload -u __token__ -p $SHIP_TOKEN dist/*
`,
      '1.2.3',
    ),
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
  },
});

function workspace(): Record<string, string> {
  const member = (name: string) => `[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "${name}"
version = "0.2.0"
`;
  return {
    'pyproject.toml': `[project]
name = "kelp-workspace"
version = "0.0.0"

[tool.uv]
package = false

[tool.uv.workspace]
members = ["packages/*"]
`,
    'packages/kelp-core/pyproject.toml': member('kelp-core'),
    'packages/kelp-core/src/kelp_core/__init__.py': '',
    'packages/kelp-map/pyproject.toml': member('kelp-map'),
    'packages/kelp-map/src/kelp_map/__init__.py': '',
    '.gitlab-ci.yml': `ship:
  stage: deploy
  image: python:3.13-slim
  rules: [{if: '$CI_COMMIT_TAG =~ /^kelp-[a-z]+\\/v[0-9]+/'}]
  id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}
  script:
    - pip install uv twine
    - uv build --package "\${CI_COMMIT_TAG%%/*}" --out-dir dist
    - twine upload dist/*
`,
  };
}
