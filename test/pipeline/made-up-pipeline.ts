import fc from 'fast-check';

/** Picks one of several texts. */
type Draw = (...texts: string[]) => string;

const commands = {
  pypi: [
    'twine upload dist/*',
    'python -m twine upload -u __token__ -p "$PYPI_TOKEN" dist/*',
    'uv publish --token $PYPI_TOKEN',
    'poetry publish --build',
    'flit publish',
    'uvx twine upload dist/*.whl',
  ],
  testpypi: [
    'twine upload -r testpypi dist/*',
    'twine upload --repository-url https://test.pypi.org/legacy/ -u __token__ -p $TEST_PYPI_TOKEN dist/*',
    'uv publish --publish-url https://test.pypi.org/legacy/',
    'poetry publish -r testpypi',
  ],
  before: [
    'pip install -U build twine',
    'python -m build',
    'rm -rf dist',
    'ls dist',
    '"echo \\"hi: there\\""',
    './prepare.sh',
    'apt-get update && apt-get install -y jq',
    'poetry config pypi-token.pypi $PYPI_TOKEN',
    '|\n      echo one\n      python -m build',
    'test "v$(poetry version -s)" = "$CI_COMMIT_TAG"',
  ],
  after: ['echo done', './notify.sh "$CI_COMMIT_TAG"', 'curl -X POST $HOOK'],
};

const conditions = [
  '',
  '  only: [tags]\n',
  '  only:\n    - main\n',
  '  only:\n    - /^v\\d+/\n  except: [branches]\n',
  '  only:\n    refs: [tags]\n    variables: [$A]\n',
  '  except:\n    - schedules\n    - /^wip/\n',
  '  rules:\n    - if: $CI_COMMIT_TAG\n      when: manual\n',
  '  rules:\n    - if: $CI_COMMIT_BRANCH == "main"\n',
  '  rules:\n    - if: $X\n    - when: never\n',
  '  rules:\n    - !reference [.rules, rules]\n',
  '  rules:\n    - changes: [src/*]\n      if: $CI_COMMIT_TAG\n',
  '  when: manual\n',
];

const heads = [
  '',
  'stages: [build, test, deploy]\n',
  'default:\n  image: python:3.12\n  before_script: [pip install -e .]\n',
  'variables:\n  TWINE_PASSWORD: $T\n',
  'workflow:\n  rules:\n    - if: $CI_COMMIT_BRANCH\n',
  'image: python:3.12-alpine\n',
];

const builders = [
  '',
  'build:\n  stage: build\n  image: python:3.12-slim\n  script:\n    - python -m build\n  artifacts:\n    paths: [dist/]\n',
  'wheel:\n  stage: build\n  script: uv build\n  artifacts: {paths: ["dist/*"]}\n  only: [tags]\n',
  'package:\n  stage: test\n  script: [python setup.py sdist]\n  artifacts:\n    paths:\n      - dist\n  rules:\n    - if: $CI_COMMIT_TAG\n',
];

function script(draw: Draw, index: 'pypi' | 'testpypi'): string {
  const items = [
    ...['', '', ''].map(() => draw('', ...commands.before)),
    draw(...commands[index]),
    draw('', ...commands.after),
  ].filter((item) => item !== '');
  const comment = draw('', '    # what it does\n');
  return `  script:\n${comment}${items.map((item) => `    - ${item}\n`).join('')}`;
}

function job(draw: Draw, index: 'pypi' | 'testpypi'): string {
  return [
    draw('', '  stage: deploy\n'),
    draw(
      '',
      '  image: python:3.12\n',
      '  image: python:3.8-slim\n',
      '  image: {name: $IMAGE, entrypoint: [""]}\n',
    ),
    draw('', '  tags: [docker] # ours\n'),
    script(draw, index),
    draw('', '  variables:\n    TWINE_PASSWORD: $PYPI_TOKEN\n    TWINE_USERNAME: __token__\n'),
    draw('', '  before_script:\n    - pip install twine\n    - ./setup.sh\n'),
    draw('', '  environment: live\n'),
    draw('', '  needs: [test]\n'),
    draw(...conditions),
  ].join('');
}

const forms: ((draw: Draw) => string)[] = [
  (draw) => `pypi:\n${job(draw, 'pypi')}\ntestpypi:\n${job(draw, 'testpypi')}`,
  (draw) => `"to the index":\n${job(draw, 'pypi')}`,
  (draw) =>
    `.base:\n  stage: deploy\n${draw(...conditions)}p:\n  extends: .base\n${script(draw, 'pypi')}t:\n  extends: .base\n${script(draw, 'testpypi')}`,
  (draw) =>
    `.base: &base\n  stage: deploy\n  image: python:3.12\n${draw(...conditions)}p:\n  <<: *base\n${script(draw, 'pypi')}t:\n  <<: *base\n${script(draw, 'testpypi')}`,
  (draw) =>
    `.up:\n  script:\n    - pip install twine\n    - twine upload --repository-url $REPO -p $TOK dist/*\np:\n  extends: .up\n  stage: deploy\n  variables: {REPO: "https://upload.pypi.org/legacy/", TOK: $PYPI_TOKEN}\n${draw(...conditions)}t:\n  extends: [.up]\n  variables:\n    REPO: https://test.pypi.org/legacy/\n    TOK: $TEST_TOKEN\n${draw(...conditions)}`,
  (draw) =>
    `.tags:\n  only: [tags]\nother:\n  extends: .tags\n  script: x\np:\n  extends: .tags\n${script(draw, 'pypi')}`,
];

/** A pipeline file that publishes in one of many ways, in one of many forms. */
export const madeUpPipeline: fc.Arbitrary<string> = fc.gen().map((gen) => {
  const draw: Draw = (...texts) => gen(fc.constantFrom, ...texts);
  const form = gen(fc.constantFrom, ...forms);
  const test = 'test:\n  stage: test\n  script: [pytest]\n.rules:\n  rules:\n    - if: $CI_COMMIT_TAG\n';
  return [draw(...heads), test, draw(...builders), form(draw)].join('\n');
});
