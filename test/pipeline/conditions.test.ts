import { describe, expect, it } from 'vitest';
import { editPipeline, indexesWithOwnOccasions, readPipeline } from '../../src/pipeline/index.ts';
import { publishingRules } from '../../src/pipeline/publishing/conditions.ts';
import { runsOn } from '../../src/pipeline/recognise/rules.ts';
import { officialIndexes } from '../../src/pipeline/recognise/uploads.ts';
import { isYamlTable, parseYaml } from '../../src/text/yaml/document.ts';
import { goalWith, guard, guardWithSchedules } from './pipeline-goal.ts';

const tag = '$CI_COMMIT_TAG';
const branch = '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH';
const push = '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH';

/** A job from the YAML of its conditions. */
const job = (conditions: string) => parseYaml(conditions).data;

/** The rules of the job p after the edit. */
function rulesAfter(text: string) {
  const result = editPipeline(text, goalWith());
  const { p } = job(result.kind === 'edited' ? (result.edits[0]?.after ?? '') : '{}');
  return isYamlTable(p) ? p.rules : result;
}

describe('the conditions of a release job', () => {
  it.each<[string, string, unknown[]]>([
    ['none', '{}', [{ if: tag }]],
    ['tags', 'only: [tags]', [{ if: tag }]],
    ['tags matching a pattern', 'only: ["/^v\\\\d+/"]', [{ if: `${tag} =~ /^v\\d+/` }]],
    ['a pattern, but for branches', 'only: ["/^v/"]\nexcept: [branches]', [{ if: `${tag} =~ /^v/` }]],
    ['tags with a prefix', 'only: ["/^release-/"]', [{ if: `${tag} =~ /^release-/` }]],
    ['tags, but for schedules', 'only: [tags]\nexcept: [schedules]', [{ if: tag }]],
    [
      'tags of this project',
      'only: {refs: [tags@team/demo-pkg]}',
      [{ if: `${tag} && $CI_PROJECT_PATH == "team/demo-pkg"` }],
    ],
    [
      'tags and a variable',
      'only: {refs: [tags], variables: [\'$X == "1"\']}',
      [{ if: `${tag} && $X == "1"` }],
    ],
    [
      'tags and one of two variables',
      'only: {refs: [tags], variables: [$X, $Y]}',
      [{ if: `${tag} && ($X || $Y)` }],
    ],
    [
      'tags, but for a variable',
      'only: [tags]\nexcept: {variables: [$SKIP]}',
      [{ if: '$SKIP', when: 'never' }, { if: tag }],
    ],
    ['tags, where the token is set', 'rules: [{if: $CI_COMMIT_TAG && $PYPI_TOKEN != null}]', [{ if: tag }]],
    [
      'tags, where either credential is set',
      'only: {refs: [tags], variables: [$PYPI_USERNAME, $PYPI_PASSWORD]}',
      [{ if: tag }],
    ],
    [
      'the token and one of two, unless it is missing',
      'rules: [{if: $TWINE_PASSWORD == "", when: never}, {if: $TWINE_PASSWORD && ($X || $Y)}]',
      [{ if: `${tag} && ($X || $Y)` }],
    ],
    [
      'a variable of another purpose, and one with a given value',
      'rules: [{if: $CI_COMMIT_TAG && $UPLOAD && $PYPI_TOKEN_KIND == "x"}]',
      [{ if: `${tag} && $UPLOAD && $PYPI_TOKEN_KIND == "x"` }],
    ],
    ['tags and changes', 'only: {refs: [tags], changes: [src/**]}', [{ if: tag, changes: ['src/**'] }]],
    ['a branch', 'only: [main]', [{ if: tag }]],
    ['rules for a branch', 'rules: [{if: $CI_COMMIT_BRANCH == "main"}]', [{ if: tag }]],
    ['rules for everything, whatever failed', 'rules: [{when: always}]', [{ if: tag }]],
    ['rules for a variable', 'rules: [{if: $X}, {when: never}]', [{ if: `${tag} && $X` }]],
    [
      'rules for one of two',
      'rules: [{if: $X || $Y, when: manual}]',
      [{ if: `${tag} && ($X || $Y)`, when: 'manual' }],
    ],
    [
      'rules for branches and tags',
      `rules: [{if: $CI_COMMIT_BRANCH}, {if: '${tag} =~ /^v/', when: manual}]`,
      [{ if: `${tag} =~ /^v/`, when: 'manual' }],
    ],
  ])('%s', (_, conditions, rules) => {
    expect(publishingRules(job(conditions), 'pypi', goalWith(), {})).toEqual([guard, ...rules]);
  });
});

describe('conditions on tags of another kind', () => {
  it.each([
    ["rules: [{if: '$CI_COMMIT_TAG =~ /^py-v/'}]", ''],
    ['only: ["/^py-v/"]\n  except: [branches]', ''],
    ['only: ["/^py-v/"]', 'workflow: {rules: [{if: $CI_COMMIT_TAG =~ /^py-/}]}\n'],
  ])('let a job publish for those alone, behind the guard: %s', (conditions, top) => {
    const text = `${top}b: {image: "python:3", script: [python -m build], artifacts: {paths: [dist]}}
p:
  stage: deploy
  ${conditions}
  script: [twine upload dist/*]
`;
    expect(rulesAfter(text)).toEqual([guard, { if: `${tag} =~ /^py-v/` }]);
  });

  it('are not meant where no pipelines are made for tags', () => {
    const text = `workflow: {rules: [{if: $CI_COMMIT_BRANCH}]}
p:
  only: ["/^release-/"]
  script: [python -m build, twine upload dist/*]
`;
    expect(rulesAfter(text)).toEqual([guard, { if: tag }]);
  });

  it.each([
    ['pypi', `${tag} =~ /^ship-/`],
    ['testpypi', `${tag} =~ /-(rc|trial)$/`],
  ] as const)('stay: %s', (id, condition) => {
    const { rules } = job(`rules: [{if: '${condition}'}]`);
    expect(publishingRules({ rules: rules ?? null }, id, goalWith(), {})).toEqual([guard, { if: condition }]);
  });

  it('are spelt out if a variable holds the regular expression, since the job inherits no variables', () => {
    const rules = [{ if: `${tag} =~ $RELEASE && ${tag} !~ \${TRIAL}` }, { if: `${tag} =~ $OTHER` }];
    const data = { variables: { RELEASE: '/^v\\d+$/', TRIAL: { value: '/rc/i' }, OTHER: '$RELEASE' } };
    expect(publishingRules({ rules }, 'pypi', goalWith(), data)).toEqual([
      guard,
      { if: `${tag} =~ /^v\\d+$/ && ${tag} !~ /rc/i` },
      { if: `${tag} =~ $OTHER` },
    ]);
  });
});

describe('the conditions after a choice of each push and each tag', () => {
  it.each([
    ['pypi', '$CI_COMMIT_TAG =~ /^v/', { if: tag }],
    ['testpypi', '$CI_COMMIT_TAG =~ /rc/', { if: push }],
  ] as const)('%s', (id, condition, rule) => {
    const goal = { ...goalWith(), occasions: 'push-and-tag' as const };
    expect(publishingRules({ rules: [{ if: condition }] }, id, goal, {})).toEqual([guard, rule]);
  });
});

describe('occasions of its own', () => {
  it.each([
    ['candidates go to TestPyPI', 'rules: [{if: $CI_COMMIT_TAG =~ /rc/}]', ['testpypi']],
    ['each push goes to TestPyPI', `rules: [{if: '${push}'}]`, []],
    ['a schedule goes to TestPyPI', 'only: [schedules]', ['testpypi']],
  ])('%s', (_, conditions, own) => {
    const text = `up:\n  ${conditions}\n  script: [twine upload -r testpypi dist/*]\n`;
    const project = { defaultBranch: 'main', projectPath: 'team/demo-pkg' };
    expect(indexesWithOwnOccasions(readPipeline(text, officialIndexes), officialIndexes, project)).toEqual(
      own,
    );
  });
});

describe('the conditions of a test upload job', () => {
  it.each<[string, string, unknown[]]>([
    ['none', '{}', [{ if: tag }, { if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH' }]],
    ['the default branch', 'only: [main]', [{ if: '$CI_COMMIT_REF_NAME == "main"' }]],
    ['another branch', 'only: [develop]', [{ if: push }]],
    ['tags', 'only: [tags]', [{ if: tag }]],
    ['candidates', `rules: [{if: '${tag} =~ /rc/'}]`, [{ if: `${tag} =~ /rc/` }]],
    [
      'a schedule',
      `rules: [{if: '$CI_PIPELINE_SOURCE == "schedule"'}]`,
      [{ if: '$CI_PIPELINE_SOURCE == "schedule"' }],
    ],
    ['merge requests', 'only: [merge_requests]', [{ if: push }]],
    ['all but tags', 'except: [tags]', [{ if: tag, when: 'never' }, { if: branch }]],
    [
      'the rest after tags, on a branch and its schedules',
      `rules: [{if: '${tag}', when: never}, {when: manual}]`,
      [
        { if: tag, when: 'never' },
        { if: branch, when: 'manual' },
      ],
    ],
    ['everything, whatever failed', 'rules: [{when: always}]', [{ if: tag }, { if: branch }]],
    [
      'branches, by hand',
      'rules: [{if: $CI_COMMIT_BRANCH, when: manual, allow_failure: true}]',
      [{ if: '$CI_COMMIT_BRANCH', when: 'manual', allow_failure: true }],
    ],
    [
      'changes alone',
      'rules: [{if: $CI_COMMIT_BRANCH == "main", changes: [src/**]}]',
      [{ if: '$CI_COMMIT_BRANCH == "main"', changes: ['src/**'] }],
    ],
  ])('%s', (_, conditions, rules) => {
    const [first, ...others] = publishingRules(job(conditions), 'testpypi', goalWith(), {});
    expect(others).toEqual(rules);
    expect(first).toEqual(
      /schedule|main|CI_COMMIT_BRANCH|except|\{when|^\{\}$/.test(conditions) ? guardWithSchedules : guard,
    );
  });
});

describe('whether a job runs', () => {
  it.each<[string, boolean | undefined, boolean | undefined]>([
    ['{}', true, true],
    ['only: [tags]', true, false],
    ['only: [branches]', false, true],
    ['only: [main]', false, true],
    ['only: [pushes]', true, true],
    ['only: [merge_requests]', false, false],
    ['except: [tags]', false, true],
    ['except: [main]', true, false],
    ['except: [schedules]', true, true],
    // On a tag GitLab takes every file as changed.
    ['only: {changes: [src/**]}', true, undefined],
    ['only: {refs: [tags], variables: [$X]}', undefined, false],
    ['except: {variables: [$X]}', undefined, undefined],
    ['only: ["/^v/"]', true, false],
  ])('%s: for a tag %s, for a push to the default branch %s', (conditions, onTag, onPush) => {
    expect(runsOn(job(conditions), 'version-tag', goalWith())).toBe(onTag);
    expect(runsOn(job(conditions), 'default-branch', goalWith())).toBe(onPush);
  });
});
