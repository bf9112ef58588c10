import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A pipeline file that already publishes, in one of the ways found in the wild, and what must survive of it. */
export interface PublishingPipeline {
  text: string;
  /** The publishing jobs, by names that they keep. */
  release: string;
  test: string;
  /** Fragments that must survive unchanged. */
  kept: string[];
  /** The rules of the job `release` afterwards. */
  rules: unknown[];
}

const tests = `test:
  stage: test
  image: python:3.12
  script:
    - python -c 'import sys; print(sys.version)'
`;

const guard = {
  if: '$CI_COMMIT_REF_PROTECTED != "true" || $CI_PIPELINE_SOURCE != "push" || $CI_PROJECT_PATH != "team/demo-pkg"',
  when: 'never',
};
const onTags = [guard, { if: '$CI_COMMIT_TAG' }];

/** Modelled on real files, none of them copied. */
export const publishingPipelines: Record<string, PublishingPipeline> = {
  'twine with a token variable, for tags alone': {
    text: `stages: # three
  - build
  - test
  - deploy

build-package:
  stage: build
  image: python:3.12-slim
  script:
    - pip install build
    - python -m build
  artifacts:
    paths: [dist/]

${tests}
# Releases
upload_to_pypi:
  stage: deploy
  image: python:3.9
  tags: [docker] # our own runner
  before_script:
    - pip install -U twine
  variables:
    TWINE_USERNAME: __token__
    TWINE_PASSWORD: $PYPI_TOKEN
  script:
    # what is there
    - ls -l dist
    - twine check dist/*
    - twine upload dist/*
  only:
    - tags
  except:
    - schedules
`,
    release: 'upload_to_pypi',
    test: 'release-test',
    kept: [
      'stages: # three',
      '# Releases\n',
      '  tags: [docker] # our own runner\n',
      '    # what is there\n    - ls -l dist\n',
    ],
    rules: onTags,
  },
  'poetry publish': {
    text: `image: python:3.12

before_script:
  - pip install poetry

test:
  script:
    - python -c 'import sys; print(sys.version)'

pypi publish:
  stage: deploy
  script:
    - poetry config pypi-token.pypi "$PYPI_TOKEN"
    - poetry publish --build
  rules:
    - if: $CI_COMMIT_TAG =~ /^v\\d/
`,
    release: 'pypi publish',
    test: 'release-test',
    kept: ['before_script:\n  - pip install poetry\n', '    - if: $CI_COMMIT_TAG =~ /^v\\d/\n'],
    rules: [guard, { if: '$CI_COMMIT_TAG =~ /^v\\d/' }],
  },
  'a job that builds and uploads': {
    text: `${tests}
release:
  stage: deploy
  image: python:3.12
  retry: 1
  script:
    - printf 'made by CI\\n' > src/demo_pkg/built.txt
    - pip install build twine
    - python -m build
    - TWINE_PASSWORD=$PYPI_TOKEN twine upload -u __token__ dist/*
    - echo "released $CI_COMMIT_TAG"
  only:
    refs:
      - /^v\\d+/
    variables:
      - $CI_COMMIT_REF_NAME != "v0"
`,
    release: 'release',
    test: 'release-test',
    kept: ['  retry: 1\n', '    - echo "released $CI_COMMIT_TAG"\n'],
    rules: [guard, { if: '$CI_COMMIT_TAG =~ /^v\\d+/ && $CI_COMMIT_REF_NAME != "v0"' }],
  },
  'both indexes from one hidden base': {
    text: `stages: [build, test, publish]

build:
  stage: build
  image: python:3.12
  script:
    - pip install build
    - python -m build
  artifacts:
    paths:
      - dist/
    expire_in: 1 week

${tests}
.upload:
  # Whoever extends this sets REPOSITORY_URL and API_TOKEN.
  stage: publish
  image: python:3.12-slim
  retry: 2
  script:
    - pip install twine
    - twine upload --repository-url "$REPOSITORY_URL" -u __token__ -p "$API_TOKEN" dist/*

upload to TestPyPI:
  extends: .upload
  variables:
    REPOSITORY_URL: https://test.pypi.org/legacy/
    API_TOKEN: $TEST_PYPI_TOKEN
  only:
    - main

upload to PyPI:
  extends: .upload
  variables:
    REPOSITORY_URL: https://upload.pypi.org/legacy/
    API_TOKEN: $PYPI_TOKEN
  only: [tags]
`,
    release: 'upload to PyPI',
    test: 'upload to TestPyPI',
    kept: ['    expire_in: 1 week\n', '  retry: 2\n', '  extends: .upload\n'],
    rules: onTags,
  },
  'a global before_script that builds': {
    text: `image: python:3.12

stages:
  - test
  - deploy

before_script:
  - pip install twine build
  - python -m build --sdist

test:
  stage: test
  script:
    - python -c 'import sys; print(sys.version)'

deploy_staging:
  stage: deploy
  variables:
    TWINE_USERNAME: $STAGING_USERNAME
    TWINE_PASSWORD: $STAGING_PASSWORD
    TWINE_REPOSITORY_URL: https://test.pypi.org/legacy/
  script:
    - echo $TWINE_USERNAME
    - twine upload --verbose dist/*
  only:
    - main
  except:
    - tags

deploy_production:
  stage: deploy
  variables:
    TWINE_USERNAME: $PRODUCTION_USERNAME
    TWINE_PASSWORD: $PRODUCTION_PYPI_TOKEN
  script: twine upload dist/*
  only:
    - tags
`,
    release: 'deploy_production',
    test: 'deploy_staging',
    kept: ['before_script:\n  - pip install twine build\n  - python -m build --sdist\n'],
    rules: onTags,
  },
  'a hand-made exchange of the ID token': {
    text: `build-job:
  stage: build
  image: python:3.12
  script:
    - python -m pip install -U build
    - python -m build
  artifacts:
    paths:
      - "dist/"

publish-job:
  stage: deploy
  image: python:3.12
  dependencies:
    - build-job
  id_tokens:
    PYPI_ID_TOKEN:
      aud: https://pypi.org
  script:
    # what is needed
    - apt update && apt install -y jq
    - python -m pip install -U twine id
    - oidc_token=$(python -m id PYPI)
    - resp=$(curl -X POST https://pypi.org/_/oidc/mint-token -d "{\\"token\\":\\"\${oidc_token}\\"}")
    - api_token=$(jq --raw-output '.token' <<< "\${resp}")
    - twine upload -u __token__ -p "\${api_token}" dist/*
  rules:
    - if: $CI_COMMIT_TAG
      when: manual
`,
    release: 'publish-job',
    test: 'release-test',
    kept: ['      - "dist/"\n'],
    rules: [guard, { if: '$CI_COMMIT_TAG', when: 'manual' }],
  },
  'a wrapper script': {
    text: `stages: [build, test, deploy]

build:
  stage: build
  image: python:3.12
  script: [pip install build, python -m build]
  artifacts: {paths: [dist/]}

${tests}
publish_on_pypi:
  stage: deploy
  image: python:3.12
  tags:
    - internet
  variables:
    TWINE_USERNAME: __token__
    TWINE_PASSWORD: \${PYPI_TOKEN}
  script:
    - ./tools/publish.sh
  rules:
    - if: '$CI_COMMIT_BRANCH == "main" && $CI_PIPELINE_SOURCE == "push"'
`,
    release: 'publish_on_pypi',
    test: 'release-test',
    kept: ['  script: [pip install build, python -m build]\n', '  tags:\n    - internet\n'],
    rules: onTags,
  },
  'both indexes from one anchor': {
    text: `.deploy: &deploy
  stage: deploy
  image: python:3.8-slim
  only:
    - tags
  script:
    - pip install twine
    - twine upload -u __token__ -p $PYPI_TOKEN dist/*

pypi:
  <<: *deploy

testpypi:
  <<: *deploy
  only: [main]
  script:
    - pip install twine
    - twine upload -r testpypi -u __token__ -p $TEST_PYPI_TOKEN dist/*

${tests}
build:
  stage: build
  image: python:3.12-slim
  script: python setup.py sdist bdist_wheel
  artifacts:
    paths: [dist]
`,
    release: 'pypi',
    test: 'testpypi',
    kept: ['pypi:\n  <<: *deploy\n', 'testpypi:\n  <<: *deploy\n', '    paths: [dist]\n'],
    rules: onTags,
  },
};

const article = join(import.meta.dirname, '../../../shared/corpus/article.gitlab-ci.yml');

/**
 * The complete file from the blog article, or undefined, with a message, if the folder next to the checkout is missing.
 */
export function articlePipeline(): PublishingPipeline | undefined {
  if (!existsSync(article)) {
    console.warn("SKIPPED: the blog article's pipeline, because ../shared is not there.");
    return undefined;
  }
  return {
    text: readFileSync(article, 'utf8'),
    release: 'release',
    test: 'release-test',
    kept: ["  # - 'test'\n", "    - 'uv build --out-dir=dist'\n", "  extends: '.release-base'\n"],
    rules: onTags,
  };
}
