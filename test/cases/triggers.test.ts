import { jobsOn, judgeAll, said } from './judge.ts';
import { fromGit, hatchling } from './projects.ts';

const testUpload = 'testpypi *.dev* by id-token (manual?)?';
const release = 'pypi 1.2.3 by id-token';
const lone = (token: string, index: string) =>
  `script: [pip install build twine, python -m build, twine upload -u __token__ -p $${token} ${index} dist/*]`;

/** Release candidates go to TestPyPI, releases to PyPI, both with tokens. */
const candidatesByToken = hatchling(`image: python:3.13
try:
  stage: deploy
  environment: staging
  rules: [{if: '$CI_COMMIT_TAG =~ /rc\\d+$/'}]
  ${lone('TRY_TOKEN', '-r testpypi')}
ship:
  stage: deploy
  rules: [{if: '$CI_COMMIT_TAG =~ /^v\\d+\\.\\d+\\.\\d+$/'}]
  ${lone('SHIP_TOKEN', '')}
`);

judgeAll({
  'uploads whatever failed before': {
    mayFail: ['check-dist'],
    files: hatchling(`image: python:3.13
stages: [build, deploy]
build:
  stage: build
  script: [pip install build, python -m build]
  artifacts: {paths: [dist/]}
ship:
  stage: deploy
  rules: [{if: $CI_COMMIT_TAG, when: always}]
  script: [pip install twine, twine upload -u __token__ -p $SHIP_TOKEN dist/*]
`),
    happens: {
      push: [testUpload],
      'tag v1.2.3': [release],
      'tag v1.2.3rc1': ['pypi 1.2.3rc1 by id-token'],
      'other tag': [],
    },
  },
  'uploads to TestPyPI on all but tags': {
    mayFail: ['check-dist'],
    files: hatchling(`image: python:3.13
stages: [deploy]
before_script: [pip install build twine, python -m build]
try:
  stage: deploy
  script: [twine upload -r testpypi -u __token__ -p $TRY_TOKEN dist/*]
  except: [tags]
ship:
  stage: deploy
  script: [twine upload -u __token__ -p $SHIP_TOKEN dist/*]
  only: [tags]
`),
    happens: {
      push: [testUpload],
      schedule: [testUpload],
      'other branch': [],
      'tag v1.2.3': [release],
      'other tag': [],
    },
  },
  'candidates for TestPyPI by a token': {
    files: candidatesByToken,
    happens: {
      push: [testUpload],
      'tag v1.2.3': [release],
      'tag v1.2.3rc1': ['testpypi 1.2.3rc1 by id-token'],
      'other tag': [],
    },
  },
  'candidates for TestPyPI, and each push asked for instead': {
    options: ['--occasions', 'push-and-tag'],
    files: candidatesByToken,
    happens: {
      push: ['testpypi *.dev* by id-token'],
      'tag v1.2.3': [release],
      'tag v1.2.3rc1': ['pypi 1.2.3rc1 by id-token'],
      'merge request': [],
    },
  },
  'candidates for TestPyPI as a Trusted Publisher': {
    files: hatchling(`image: python:3.13
stages: [build, deploy]
build:
  stage: build
  rules: [{if: '$CI_COMMIT_TAG =~ /^v\\d/'}]
  script: [pip install build, python -m build]
  artifacts: {paths: [dist/]}
try:
  stage: deploy
  environment: {name: rehearsal}
  id_tokens: {PYPI_ID_TOKEN: {aud: testpypi}}
  rules: [{if: '$CI_COMMIT_TAG =~ /rc\\d+$/'}]
  script: [pip install twine, twine upload -r testpypi dist/*]
ship:
  stage: deploy
  environment: {name: shop}
  id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}
  rules: [{if: '$CI_COMMIT_TAG =~ /^v\\d+\\.\\d+\\.\\d+$/', when: manual}]
  script: [pip install twine, twine upload dist/*]
`),
    happens: {
      push: [testUpload],
      'tag v1.2.3': ['pypi * by id-token (manual)'],
      'tag v1.2.3rc1': ['testpypi * by id-token'],
    },
    wrong: (it) => [
      /does not publish yet/.test(said(it)) && 'it is said not to publish',
      !/name: rehearsal/.test(it.read('.gitlab-ci.yml')) && 'the environment has another name',
      !/name: shop/.test(it.read('.gitlab-ci.yml')) && 'the environment has another name',
    ],
  },
  'nightly uploads on a schedule': {
    files: fromGit(`image: python:3.13
stages: [build, deploy]
build:
  stage: build
  rules: [{if: $CI_PIPELINE_SOURCE == "schedule"}, {if: $CI_COMMIT_TAG}]
  script: [pip install build, python -m build]
  artifacts: {paths: [dist/]}
night:
  stage: deploy
  rules: [{if: $CI_PIPELINE_SOURCE == "schedule"}]
  variables: {TWINE_REPOSITORY_URL: "https://test.pypi.org/legacy/", TWINE_USERNAME: __token__, TWINE_PASSWORD: $NIGHT_TOKEN}
  script: [pip install twine, twine upload dist/*]
ship:
  stage: deploy
  rules: [{if: $CI_COMMIT_TAG}]
  variables: {TWINE_USERNAME: __token__, TWINE_PASSWORD: $SHIP_TOKEN}
  script: [pip install twine, twine upload dist/*]
`),
    happens: {
      schedule: ['testpypi *.dev* by id-token'],
      push: [testUpload],
      'tag v1.2.3': [release],
    },
  },
  'a release branch, a loop over the files, and no pipelines for tags': {
    files: hatchling(`workflow:
  rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}, {if: $CI_COMMIT_BRANCH == "release"}]
stages: [build, deploy]
build:
  stage: build
  tags: [own]
  image: python:3.13
  script: [pip install build, python -m build --outdir wares]
  artifacts: {paths: [wares/]}
upload:
  stage: deploy
  tags: [own]
  image: python:3.13
  only: {refs: [release]}
  script:
    - pip install twine
    - |
      for FILE in wares/*; do
        twine upload -u __token__ -p "$SHIP_TOKEN" "$FILE"
      done
    - V=$(python3 -c "import tomllib; print(tomllib.load(open('pyproject.toml', 'rb'))['project']['version'])")
    - git tag "v$V"
    - git push origin "v$V"
`),
    happens: { push: [], 'tag v1.2.3': [] },
    refusal: /workflow/,
    wrong: () => ['it changes files where it cannot know what is meant'],
  },
  'both indexes in one script on main': {
    files: hatchling(`image: python:3.13
stages: [check, deploy]
check: {stage: check, script: [pip install . pytest, pytest]}
ship:
  stage: deploy
  only: [main]
  script:
    - pip install build twine
    - python -m build
    - twine upload --skip-existing -u __token__ -p $TRY_TOKEN --repository testpypi dist/*
    - twine upload --skip-existing -u __token__ -p $SHIP_TOKEN dist/*
`),
    happens: { push: [testUpload], 'tag v1.2.3': [release], 'other tag': [] },
    mayFail: ['check-dist'],
    wrong: ({ after }) => [
      !('error' in after) &&
        after['other tag']?.did?.skipped.includes('check') &&
        'a tag that is no version keeps the tests from running',
    ],
  },
  'an upload only in the own namespace, and Poetry in the default before_script': {
    files: {
      'pyproject.toml': `[tool.poetry]
name = "kelp-table"
version = "1.2.3"
description = "Where kelp grows"
authors = ["Ida <ida@example.org>"]

[tool.poetry.dependencies]
python = ">=3.10"

[build-system]
requires = ["poetry-core>=1.0.0"]
build-backend = "poetry.core.masonry.api"
`,
      'kelp_table/__init__.py': '"""Where kelp grows."""\n',
      '.gitlab-ci.yml': `default:
  image: python:3.13
  before_script: [pip install poetry, poetry install]
stages: [check, ship]
check: {stage: check, script: [poetry run pytest]}
ship:
  stage: ship
  only: [tags]
  script:
    - |
      if [ "$CI_PROJECT_NAMESPACE" = "demo-group" ]; then
        poetry publish --build
      fi
`,
    },
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    refusal: /stage: (check|ship)|stages/,
  },
  'only: variables for the registry and for PyPI': {
    files: fromGit(`stages: [check, deploy]
build:
  stage: check
  image: python:3.13
  tags: [own]
  script: [pip install build, python -m build]
  only: {variables: ['$CI_COMMIT_TAG =~ /^v\\d+.*$/']}
  artifacts: {paths: [dist]}
inner:
  stage: deploy
  image: python:3.13
  tags: [own]
  needs: [build]
  script: [pip install twine, 'TWINE_PASSWORD=$CI_JOB_TOKEN TWINE_USERNAME=gitlab-ci-token twine upload --repository-url $CI_API_V4_URL/projects/$CI_PROJECT_ID/packages/pypi dist/*']
  only: {variables: ['$CI_COMMIT_TAG =~ /^v\\d+.*$/']}
outer:
  stage: deploy
  image: python:3.13
  tags: [own]
  needs: [build]
  script: [pip install twine, TWINE_PASSWORD=$SHIP_TOKEN TWINE_USERNAME=__token__ twine upload dist/*]
  only: {variables: ['$CI_COMMIT_TAG =~ /^v\\d+.\\d+.\\d+$/']}
`),
    happens: {
      push: [testUpload],
      'tag v1.2.3': [release, 'another 1.2.3 by glcbt-64_made-up'],
      'tag v1.2.3rc1': ['another 1.2.3rc1 by glcbt-64_made-up'],
    },
    refusal: /tags: ?\[?[\s\S]{0,10}own/,
  },
  'a manual upload on tags, and pipelines for merge requests by a template': {
    files: hatchling(`include: [{template: Workflows/MergeRequest-Pipelines.gitlab-ci.yml}]
image: python:3.13
stages: [build, deploy]
build:
  stage: build
  script: [pip install build, python -m build]
  artifacts: {paths: [dist/]}
ship:
  stage: deploy
  needs: [build]
  rules: [{if: $CI_COMMIT_TAG, when: manual}]
  script: [pip install twine, twine upload -u __token__ -p $SHIP_TOKEN dist/*]
`),
    happens: { push: [testUpload], 'tag v1.2.3': [`${release} (manual)`], 'merge request': [] },
  },
  'changes, optional needs, a resource group and a manual start': {
    files: hatchling(`image: python:3.13
stages: [check, build, deploy, tell]
check:
  stage: check
  script: [pytest]
  rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event", changes: [src/**/*]}, {if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]
build:
  stage: build
  rules: [{changes: [src/**/*]}, {if: $CI_COMMIT_TAG}]
  script: [pip install build, python -m build]
  artifacts: {paths: [dist/*.whl, dist/*.tar.gz]}
ship:
  stage: deploy
  resource_group: shop
  needs: [{job: build, artifacts: true}, {job: check, optional: true}]
  rules: [{if: $CI_COMMIT_TAG, changes: [src/**/*], when: manual, allow_failure: false}]
  script: [pip install twine, twine upload -u __token__ -p $SHIP_TOKEN dist/*]
  after_script: ['echo $CI_JOB_STATUS']
tell:
  stage: tell
  needs: [ship]
  rules: [{if: $CI_COMMIT_TAG}]
  script: ['curl -d "$CI_COMMIT_TAG" "$CHAT_HOOK"']
`),
    happens: { push: [testUpload], 'tag v1.2.3': [`${release} (manual)`], 'merge request': [] },
    wrong: (it) => [
      !jobsOn(it, 'after', 'tag v1.2.3').includes('tell') && 'nobody is told any more',
      !/resource_group: shop/.test(it.read('.gitlab-ci.yml')) && 'the resource group is gone',
    ],
  },
  'a job named release that makes the GitLab release, and nothing that publishes': {
    files: hatchling(`stages: [check, build, release]
check: {stage: check, image: python:3.13, script: [pip install . pytest, pytest]}
build: {stage: build, image: docker:27, script: [docker build -t here .]}
release:
  stage: release
  image: registry.gitlab.com/gitlab-org/release-cli:latest
  rules: [{if: $CI_COMMIT_TAG}]
  script: [echo Release]
  release: {tag_name: $CI_COMMIT_TAG, description: New}
`),
    happens: {
      push: ['testpypi *.dev* by id-token'],
      'tag v1.2.3': [release],
      'merge request': [],
      schedule: [],
    },
    wrong: (it) => [
      !jobsOn(it, 'after', 'tag v1.2.3').includes('release') && 'the GitLab release is gone',
      !jobsOn(it, 'after', 'push').includes('build') && 'the container is not built any more',
    ],
  },
  'a manual upload on main alone': {
    mayFail: ['check-dist'],
    files: hatchling(`image: python:3.13
stages: [build, deploy]
build:
  stage: build
  rules: [{if: '$CI_COMMIT_BRANCH == "main" && $CI_COMMIT_TAG == null'}]
  script: [pip install build, python -m build]
  artifacts: {paths: [dist/]}
ship:
  stage: deploy
  rules: [{if: '$CI_COMMIT_BRANCH == "main" && $CI_COMMIT_TAG == null', when: manual}]
  script: [pip install twine, twine upload -u __token__ -p $SHIP_TOKEN dist/*]
`),
    happens: { push: [testUpload], 'tag v1.2.3': [`${release} (manual)`], 'other tag': [] },
  },
  'a container and pages made of every tag, beside an upload of every tag': {
    files: hatchling(`image: python:3.13
stages: [check, ship, show]
check: {stage: check, script: [pip install ., python -m unittest]}
ship:
  stage: ship
  only: [tags]
  script: [pip install build twine, python -m build, twine upload -u __token__ -p $SHIP_TOKEN dist/*]
container:
  stage: ship
  only: [tags]
  script: ['docker build -t kelp:$CI_COMMIT_TAG .']
pages:
  stage: show
  rules: [{if: $CI_COMMIT_TAG}]
  script: [mkdir public]
  artifacts: {paths: [public]}
`),
    happens: { push: [testUpload], 'tag v1.2.3': [release], 'other tag': [] },
    wrong: (it) => [
      !jobsOn(it, 'after', 'other tag').join().endsWith('container,pages') &&
        'no container or pages are made of a tag that is no version',
    ],
  },
  'an upload that the job itself, not a rule, makes whatever failed before': {
    files: hatchling(`image: python:3.13
stages: [build, deploy]
build:
  stage: build
  script: [pip install build, python -m build]
  artifacts: {paths: [dist/]}
ship:
  stage: deploy
  only: [tags]
  when: always
  variables: {GIT_SUBMODULE_STRATEGY: recursive, PIP_CACHE_DIR: .pip}
  script: [pip install twine, twine upload -u __token__ -p $SHIP_TOKEN dist/*]
`),
    happens: { push: [testUpload], 'tag v1.2.3': [release] },
    wrong: (it) => [
      /when: always/.test(it.read('.gitlab-ci.yml')) && 'it uploads after a failure',
      /SUBMODULE|PIP_CACHE/.test(it.read('.gitlab-ci.yml')) && 'it keeps variables that nothing reads',
    ],
  },
});
