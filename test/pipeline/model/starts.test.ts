import { describe, expect, it } from 'vitest';
import { readWhole } from '../../../src/pipeline/model/includes.ts';
import { jobsIn } from '../../../src/pipeline/model/jobs.ts';
import { occasionIds, waysOf } from '../../../src/pipeline/model/occasions.ts';
import {
  gated,
  mayRun,
  openConditions,
  possibleStarts,
  startOfJob,
  startOfPipeline,
  surelyRuns,
  variablesOfRule,
} from '../../../src/pipeline/model/starts.ts';
import type { OccasionId, Start } from '../../../src/pipeline/model/types.ts';

const project = { defaultBranch: 'main', projectPath: 'group/tides', package: 'tides' };

/** When the first job of a pipeline runs, in words: `auto`, `manual`, `never`, or `condition ? auto : never`. */
function startsOf(text: string, ref?: string): Record<OccasionId, string> {
  const readFile = (path: string) => (path === 'pyproject.toml' ? '' : undefined);
  const { data } = readWhole(text, readFile);
  const [job] = jobsIn(data, () => ({ kind: 'file' }));
  if (job === undefined) throw new Error('There is no job.');
  const rules = (data.workflow as { rules?: never } | undefined)?.rules;
  const starts = occasionIds.map((id) => {
    const ways = waysOf(id, project);
    const occasion = ways.find((it) => it.ref === ref) ?? ways[0]!;
    const scope = { occasion, variables: job.variables, readFile, hasWorkflow: rules !== undefined };
    return [id, words(gated(startOfPipeline(rules, scope), startOfJob(job.value, scope)))];
  });
  return Object.fromEntries(starts);
}

function words(start: Start): string {
  if (start.kind !== 'undecided') return start.kind;
  return `${start.because} ? ${words(start.met)} : ${words(start.unmet)}`;
}

const nowhere = Object.fromEntries(occasionIds.map((id) => [id, 'never']));
const job = (conditions: string, above = '') => `${above}\nup:\n  script: [make]\n${conditions}\n`;

describe('a job starts', () => {
  it('for branches and tags by default, but not in merge requests', () => {
    expect(startsOf(job(''))).toEqual({
      ...Object.fromEntries(occasionIds.map((id) => [id, 'auto'])),
      'merge-request': 'never',
    });
  });

  it('in merge requests too, if workflow:rules decide about the pipeline', () => {
    const workflow = 'workflow:\n  rules:\n    - if: $CI_MERGE_REQUEST_IID\n    - if: $CI_COMMIT_TAG\n';
    const tags = { 'version-tag': 'auto', 'pre-release-tag': 'auto', 'other-tag': 'auto' };
    expect(startsOf(job('', workflow))).toEqual({ ...nowhere, ...tags, 'merge-request': 'auto' });
  });

  it.each<[string, Partial<Record<OccasionId, string>>]>([
    ['  only: [tags]', { 'version-tag': 'auto', 'pre-release-tag': 'auto', 'other-tag': 'auto' }],
    [
      '  only: [tags]\n  when: manual',
      { 'version-tag': 'manual', 'pre-release-tag': 'manual', 'other-tag': 'manual' },
    ],
    ['  only: [/^v\\d+\\.\\d+\\.\\d+$/]\n  except: [branches]', { 'version-tag': 'auto' }],
    ['  only: [schedules]', { schedule: 'auto' }],
    ['  only: [merge_requests]', { 'merge-request': 'auto' }],
    ['  only: [web, api, triggers]', { web: 'auto', api: 'auto', trigger: 'auto' }],
    [
      '  only: [tags@group/tides]\n  except:\n    variables: [$CI_COMMIT_TAG =~ /rc/]',
      { 'version-tag': 'auto', 'other-tag': 'auto' },
    ],
    ['  only: [tags@other/tides]', {}],
    [
      '  only:\n    variables: [$CI_COMMIT_TAG =~ /^v1/]',
      { 'version-tag': 'auto', 'pre-release-tag': 'auto' },
    ],
    [
      '  only:\n    refs: [tags]\n    changes: [src/**]',
      { 'version-tag': 'auto', 'pre-release-tag': 'auto', 'other-tag': 'auto' },
    ],
    ['  only: [release]', { 'other-branch': 'only: release ? auto : never' }],
    ['  only: [/^release\\/.*$/]', { 'other-branch': 'only: /^release\\/.*$/ ? auto : never' }],
    [
      '  rules:\n    - if: $CI_COMMIT_BRANCH =~ /^release/',
      {
        'other-branch': '$CI_COMMIT_BRANCH =~ /^release/ ? auto : never',
      },
    ],
    ['  rules:\n    - if: $CI_COMMIT_TAG =~ /rc\\d+$/\n      when: manual', { 'pre-release-tag': 'manual' }],
    [
      '  when: manual\n  rules:\n    - if: $CI_COMMIT_TAG =~ /^v1/',
      { 'version-tag': 'manual', 'pre-release-tag': 'manual' },
    ],
    [
      '  rules:\n    - if: $CI_PIPELINE_SOURCE == "schedule"\n      when: delayed\n      start_in: 1 hour',
      { schedule: 'delayed' },
    ],
    [
      '  rules:\n    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && ($CI_PIPELINE_SOURCE == "push" || $CI_PIPELINE_SOURCE == "web")',
      {
        'default-branch': 'auto',
        web: 'auto',
      },
    ],
    [
      '  rules:\n    - if: $CI_COMMIT_TAG =~ /^v/ && $CI_COMMIT_TAG !~ /rc/\n      changes: [src/**]',
      { 'version-tag': 'auto' },
    ],
    [
      '  rules:\n    - if: $CI_COMMIT_BRANCH == "main" && $CI_PIPELINE_SOURCE == "push"\n      changes: [src/**]',
      {
        'default-branch': 'changes: src/** ? auto : never',
      },
    ],
    [
      '  rules:\n    - if: $CI_COMMIT_TAG =~ /^v1.2.3$/\n      exists: [pyproject.toml]',
      { 'version-tag': 'auto' },
    ],
    [
      '  rules:\n    - if: $CI_COMMIT_TAG =~ /^v1.2.3$/\n      exists: ["**/*.pyx"]',
      {
        'version-tag': 'exists: **/*.pyx ? auto : never',
      },
    ],
    [
      '  rules:\n    - if: $CI_COMMIT_MESSAGE =~ /^chore/\n      when: never\n    - if: $CI_COMMIT_BRANCH == "main" && $CI_PIPELINE_SOURCE == "push"',
      {
        'default-branch': '$CI_COMMIT_MESSAGE =~ /^chore/ ? never : auto',
      },
    ],
    [
      '  rules:\n    - if: $CI_COMMIT_TAG =~ $FINAL\n  variables:\n    FINAL: /^v1\\.2\\.3$/',
      { 'version-tag': 'auto' },
    ],
    [
      '  rules:\n    - if: $PUBLISH == "yes"\n  variables:\n    PUBLISH: "no"',
      {
        schedule: '$PUBLISH == "yes" ? auto : never',
        web: '$PUBLISH == "yes" ? auto : never',
        api: '$PUBLISH == "yes" ? auto : never',
        trigger: '$PUBLISH == "yes" ? auto : never',
      },
    ],
    ['  rules: []', {}],
  ])('%s', (conditions, expected) => {
    expect(startsOf(job(conditions))).toEqual({ ...nowhere, ...expected });
  });

  it('only if the pipeline is created', () => {
    const workflow =
      'workflow:\n  rules:\n    - if: $CI_COMMIT_BRANCH == "main"\n    - if: $CI_COMMIT_BRANCH == "release"\n';
    expect(startsOf(job('  only: [tags]', workflow))).toEqual(nowhere);
    expect(startsOf(job('', workflow))).toMatchObject({
      'default-branch': 'auto',
      'other-branch': '$CI_COMMIT_BRANCH == "release" ? auto : never',
      'version-tag': 'never',
    });
  });

  it('according to an included GitLab workflow template', () => {
    const include = 'include:\n  - template: Workflows/MergeRequest-Pipelines.gitlab-ci.yml\n';
    expect(startsOf(job('', include))).toMatchObject({
      'merge-request': 'auto',
      'version-tag': 'auto',
      'other-branch': 'never',
    });
  });

  it('depending on the spelling of tags', () => {
    const own = job('  rules:\n    - if: $CI_COMMIT_TAG =~ /^tides-v\\d/');
    expect(startsOf(own)['version-tag']).toBe('never');
    expect(startsOf(own, 'tides-v1.2.3')['version-tag']).toBe('auto');
  });
});

describe('a start that depends on a condition', () => {
  const start: Start = {
    kind: 'undecided',
    because: '$A',
    met: { kind: 'never' },
    unmet: { kind: 'undecided', because: '$B', met: { kind: 'manual' }, unmet: { kind: 'auto' } },
  };

  it('keeps each outcome', () => {
    expect(mayRun(start)).toBe(true);
    expect(surelyRuns(start)).toBe(false);
    expect(openConditions(start)).toEqual(['$A', '$B']);
    expect(possibleStarts(start)).toEqual(['never', 'manual', 'auto']);
  });
});

it('gives a job the variables of the rule that applies', () => {
  const rules = [
    { if: '$CI_COMMIT_TAG =~ /rc/', variables: { INDEX: 'testpypi' } },
    { if: '$CI_COMMIT_TAG', variables: { INDEX: { value: 'pypi', description: 'where to' } } },
  ];
  const [occasion] = waysOf('version-tag', project);
  const scope = { occasion: occasion!, variables: {}, readFile: () => undefined, hasWorkflow: false };
  expect(variablesOfRule(rules, scope)).toEqual({ INDEX: 'pypi' });
  expect(variablesOfRule(undefined, scope)).toEqual({});
});
