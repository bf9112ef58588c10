import fc from 'fast-check';
import type { OccasionId } from '../../../src/pipeline/model/types.ts';

/** A project with a pipeline, and what the files leave open there. */
export interface MadeUpProject {
  files: Record<string, string>;
  /** Jobs, by name, with the occasions on which the files do not tell whether they run. */
  open: Record<string, readonly OccasionId[]>;
  /** Jobs whose scripts decide by something that the files do not tell. */
  openScripts: string[];
}

interface Condition {
  text: string;
  open?: readonly OccasionId[];
}

const everywhere: readonly OccasionId[] = [
  'default-branch',
  'other-branch',
  'version-tag',
  'pre-release-tag',
  'other-tag',
  'merge-request',
  'schedule',
  'web',
  'api',
  'trigger',
];
/** Another branch may have any name, and any protection. */
const named: readonly OccasionId[] = ['other-branch', 'merge-request'];
/** Whoever starts the pipeline may give variables. */
const started: readonly OccasionId[] = ['schedule', 'web', 'api', 'trigger'];
/** GitLab compares files only there. */
const compared: readonly OccasionId[] = ['default-branch', 'other-branch', 'merge-request'];

const rules = (...all: string[]) => `  rules:\n${all.map((it) => `    - ${it}\n`).join('')}`;
const when = (expression: string, more = '') => `{if: '${expression}'${more === '' ? '' : `, ${more}`}}`;

const conditions: Condition[] = [
  { text: '' },
  { text: '  only: [tags]\n' },
  { text: '  only: [main]\n' },
  { text: '  only: [branches]\n' },
  { text: '  only: [merge_requests]\n' },
  { text: '  only: [schedules]\n' },
  { text: '  only: [web, api, triggers]\n' },
  { text: '  only:\n    - main\n    - tags\n' },
  { text: '  only: [main@demo-group/demo-pkg]\n' },
  { text: '  only: [tags@other/project]\n' },
  { text: '  only: ["/^v\\\\d+\\\\.\\\\d+\\\\.\\\\d+$/"]\n', open: named },
  { text: '  only: ["/^V[0-9.]+$/i"]\n  except: [branches]\n' },
  { text: '  only:\n    - /^release/\n', open: named },
  { text: '  except: [branches]\n' },
  { text: '  except: [tags]\n' },
  { text: '  except:\n    - schedules\n    - main\n' },
  { text: '  only: {refs: [tags], variables: [$CI_COMMIT_TAG =~ /^v/]}\n' },
  { text: '  only: {variables: [$CI_COMMIT_TAG]}\n' },
  { text: '  except: {variables: [$CI_COMMIT_TAG =~ /rc/]}\n' },
  { text: '  except: {refs: [main]}\n  when: manual\n' },
  { text: '  only: {changes: [src/*]}\n', open: compared },
  { text: '  when: manual\n' },
  { text: '  when: always\n' },
  { text: '  when: on_failure\n' },
  { text: '  only: [tags]\n  when: manual\n  allow_failure: false\n' },
  { text: rules(when('$CI_COMMIT_TAG')) },
  { text: rules(when('$CI_COMMIT_TAG =~ /^v?\\d+\\.\\d+\\.\\d+$/')) },
  { text: rules(when('$CI_COMMIT_TAG && $CI_COMMIT_TAG !~ /(a|b|rc)\\d+$/')) },
  { text: rules(when('$CI_COMMIT_TAG !~ /rc/')) },
  { text: rules(when('$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH')) },
  { text: rules(when('$CI_COMMIT_BRANCH != "main" && $CI_PIPELINE_SOURCE == "push"')) },
  { text: rules(when('$CI_COMMIT_REF_NAME == "main" || $CI_COMMIT_TAG =~ /^v/i')) },
  { text: rules(when('($CI_COMMIT_BRANCH == "main" || $CI_COMMIT_TAG) && $CI_PIPELINE_SOURCE == "push"')) },
  { text: rules(when('$CI_PIPELINE_SOURCE == "schedule"', 'when: never'), '{when: manual}') },
  { text: rules(when('$CI_PIPELINE_SOURCE =~ /^(web|schedule)$/'), when('$CI_COMMIT_TAG', 'when: manual')) },
  {
    text: rules(
      when('$CI_MERGE_REQUEST_IID'),
      when('$CI_COMMIT_BRANCH', 'when: never'),
      '{when: on_success}',
    ),
  },
  { text: rules(when('$CI_COMMIT_TAG == null', 'when: never'), '{when: always}') },
  { text: rules(when('$CI_COMMIT_TAG != null', 'when: delayed, start_in: 5 minutes')) },
  { text: rules(when('$CI_COMMIT_TAG == ""'), when('"v1.2.3" == $CI_COMMIT_TAG')) },
  { text: rules(when('$CI_COMMIT_TAG =~ $RELEASES')) },
  { text: rules(when('$FLAG == "yes"', 'when: manual')) },
  { text: rules(when('$FLAG != "yes"')), open: started },
  { text: `${rules(when('$CI_COMMIT_TAG'))}  when: manual\n` },
  { text: rules('!reference [.rules, rules]') },
  { text: rules('!reference [.rules, rules]', when('$CI_PIPELINE_SOURCE == "push"')) },
  { text: rules(when('$CI_COMMIT_BRANCH =~ /^release/')), open: named },
  { text: rules(when('$CI_COMMIT_REF_PROTECTED == "true"')), open: named },
  { text: rules(when('$GIVEN_BY_HAND')), open: everywhere },
  { text: rules(when('$CI_COMMIT_TAG && $GIVEN_BY_HAND')), open: everywhere.slice(2, 5) },
  { text: rules("{if: '$CI_COMMIT_BRANCH', changes: [src/*]}"), open: compared },
  { text: rules('{exists: [Makefile]}') },
  { text: rules('{exists: [nowhere.txt]}'), open: everywhere },
];

const workflows: Condition[] = [
  ...['', '', ''].map((text) => ({ text })),
  {
    text: `workflow:\n${rules(when('$CI_MERGE_REQUEST_IID'), when('$CI_COMMIT_TAG'), when('$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH'))}`,
  },
  { text: `workflow:\n${rules(when('$CI_COMMIT_TAG', 'when: never'), '{when: always}')}` },
  {
    text: `workflow:\n${rules(when('$CI_PIPELINE_SOURCE == "merge_request_event"', 'when: never'), when('$CI_COMMIT_BRANCH'), when('$CI_COMMIT_TAG =~ /^v/', 'variables: {REPO: testpypi}'))}`,
  },
];

interface Script {
  items: string[];
  more?: string;
  open?: true;
}

const uploads: Script[] = [
  { items: ['twine upload dist/*'] },
  { items: ['python -m twine upload -u __token__ -p $PYPI_TOKEN dist/*'] },
  { items: ['pip install twine', 'uvx twine upload --repository testpypi dist/*.whl'] },
  { items: ['uv publish --token $PYPI_TOKEN dist/*'] },
  { items: ['uv publish --publish-url https://test.pypi.org/legacy/ dist/*'] },
  {
    items: ['twine upload --repository-url "$URL" dist/*'],
    more: '  variables: {URL: "https://test.pypi.org/legacy/"}\n',
  },
  { items: ['twine upload -r $REPO dist/*'], more: '  variables: {REPO: pypi}\n' },
  { items: ['twine upload -r ${REPO} dist/*'] },
  { items: ['export TWINE_REPOSITORY=testpypi', 'twine upload dist/*'] },
  { items: ['TWINE_REPOSITORY=testpypi twine upload dist/*', 'twine upload dist/*'] },
  {
    items: ['twine upload dist/*'],
    more: '  variables: {TWINE_REPOSITORY_URL: "https://test.pypi.org/legacy/"}\n',
  },
  { items: ['poetry publish --build'] },
  { items: ['flit publish'] },
  { items: ['make publish'] },
  { items: ['make -C . publish REPO=testpypi'] },
  { items: ['sh ci/upload.sh'] },
  { items: ['sh ci/upload.sh testpypi'] },
  { items: ['bash -c "twine upload dist/*"'] },
  { items: ['cd dist && twine upload *.whl'] },
  { items: ['\'if [ -n "$CI_COMMIT_TAG" ]; then twine upload dist/*; fi\''] },
  {
    items: [
      '|\n      if [ -n "$CI_COMMIT_TAG" ]; then\n        twine upload dist/*\n      else\n        twine upload -r testpypi dist/*\n      fi',
    ],
  },
  {
    items: [
      '|\n      if [ "$CI_COMMIT_BRANCH" = "main" ]; then\n        REPO=testpypi\n      else\n        REPO=pypi\n      fi\n      twine upload -r $REPO dist/*',
    ],
  },
  { items: ['\'test -z "$CI_COMMIT_TAG" || twine upload dist/*\''] },
  { items: ['\'[[ "$CI_COMMIT_REF_NAME" == "main" ]] && twine upload -r testpypi dist/* || true\''] },
  { items: ['\'if [ "$CI_PIPELINE_SOURCE" != "schedule" ]; then twine upload dist/*; else echo none; fi\''] },
  {
    items: [
      '|\n      case "$CI_COMMIT_TAG" in\n        *rc*) twine upload -r testpypi dist/* ;;\n        v*) twine upload dist/* ;;\n      esac',
    ],
    open: true,
  },
  { items: ['for file in dist/*; do twine upload "$file"; done'] },
];

const makefile = `REPO ?= pypi
.PHONY: publish
publish: ; twine upload -r $(REPO) dist/*
`;
const uploadScript = `set -e\nif [ "\${1:-}" = testpypi ]; then\n  twine upload -r testpypi dist/*\nelse\n  twine upload dist/*\nfi\n`;

/** A project whose pipeline publishes in some of the ways found in the wild, on decidable and undecidable conditions. */
export const madeUpProject: fc.Arbitrary<MadeUpProject> = fc.gen().map((gen) => {
  const one = <T>(...all: T[]): T => gen(fc.constantFrom<T[]>, ...all);
  const draw = (...texts: string[]) => one(...texts);
  const open: MadeUpProject['open'] = {};
  const openScripts: string[] = [];
  const condition = (job: string): string => {
    const { text, open: where = [] } = one(...conditions);
    if (where.length > 0) open[job] = where;
    return text;
  };
  const upload = (job: string): string => {
    const { items, more = '', open: isOpen } = one(...uploads);
    if (isOpen) openScripts.push(job);
    const before = draw('', '    - ls dist\n', '    - pip install twine\n');
    return `${more}  script:\n${before}${items.map((it) => `    - ${it}\n`).join('')}`;
  };
  const needs = () =>
    draw(
      '',
      '',
      '',
      '  needs: [build]\n',
      '  needs: [{job: build, optional: true}]\n',
      '  needs: [build, gate]\n',
    );

  const build = `build:\n  stage: build\n  image: python:3.12\n  script: [python -m build]\n  artifacts: {paths: [dist/]}\n${
    one(true, true, true, false) ? '' : condition('build')
  }`;
  const gate = `gate:\n  stage: build\n  script: [echo go]\n${condition('gate')}`;
  const test = `test:\n  stage: test\n  script: [pytest]\n${condition('test')}`;
  const forms: (() => string)[] = [
    () => `ship:\n  stage: deploy\n${upload('ship')}${needs()}${condition('ship')}`,
    () => {
      const text = condition('.base');
      const where = open['.base'];
      delete open['.base'];
      if (where) Object.assign(open, { one: where, two: where });
      const hidden = `.base${draw(':', ': &base')}\n  stage: deploy\n${needs()}${text}`;
      const way = hidden.includes('&base') ? '  <<: *base\n' : '  extends: .base\n';
      return `${hidden}one:\n${way}${upload('one')}two:\n${way}${upload('two')}`;
    },
    () => {
      const text = upload('ship');
      const [variables = ''] = /^ {2}variables.*\n/m.exec(text) ?? [];
      const shared = `.script:\n${text.replace(variables, '')}`;
      return `${shared}ship:\n  stage: deploy\n${variables}  script:\n    - echo first\n    - !reference [.script, script]\n${condition('ship')}`;
    },
    () => {
      const inherit = draw('{variables: false}', '{default: false}', '{variables: [REPO]}');
      const when = condition('ship');
      // Such a variable does not reach the job, and could then come from the project's settings.
      if (inherit.includes('variables') && /FLAG|RELEASES/.test(when)) open.ship = everywhere;
      return `ship:\n  stage: deploy\n  inherit: ${inherit}\n${upload('ship')}${when}`;
    },
    () =>
      `"to PyPI":\n  stage: deploy\n${upload('to PyPI')}${condition('to PyPI')}\nagain:\n  stage: deploy\n${upload('again')}${needs()}${condition('again')}`,
  ];
  const { text: workflow } = one(...workflows);
  const head = [
    draw('stages: [build, test, deploy]\n', 'stages:\n  - build\n  - test\n  - deploy\n  - later\n', ''),
    draw(
      '',
      'default:\n  image: python:3.12\n',
      'default:\n  before_script: [echo hello]\n',
      'image: python:3.12-slim\n',
    ),
    `variables:\n  REPO: ${draw('pypi', 'testpypi')}\n  FLAG: "yes"\n  RELEASES: '/^v[0-9]+/'\n${draw('', '  TWINE_REPOSITORY: testpypi\n')}`,
    workflow,
  ].join('');
  const included = one(true, false);
  const rest = `.rules:\n${rules(when('$CI_COMMIT_TAG'), when('$CI_COMMIT_BRANCH == "main"', 'when: manual'))}${build}${gate}`;
  const jobs = `${test}${one(...forms)()}`;
  return {
    files: {
      '.gitlab-ci.yml': `${included ? 'include: [{local: ci/jobs.yml}]\n' : ''}${head}${included ? '' : rest}${jobs}`,
      ...(included ? { 'ci/jobs.yml': rest } : {}),
      'pyproject.toml': '[project]\nname = "demo-pkg"\nversion = "1.2.3"\n',
      Makefile: makefile,
      'ci/upload.sh': uploadScript,
    },
    open,
    openScripts,
  };
});
