import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryOf } from './builds.ts';
import { findMachine } from './pipeline/machine.ts';
import { type Occasion, occasions } from './pipeline/occasion.ts';
import { openPlace, type Place } from './pipeline/place.ts';
import { type PipelineRequest, runPipeline } from './pipeline/run-pipeline.ts';
import { run } from './tools.ts';

const machine = findMachine();
let place: Place;
beforeAll(async () => {
  if (machine) place = await openPlace(machine);
});
afterAll(() => place?.close());

/** Runs a pipeline file alongside one other file, with a tag on the commit and a branch besides main. */
async function ran(pipeline: string, occasion: Occasion, change: Partial<PipelineRequest> = {}) {
  const repository = await repositoryOf({ '.gitlab-ci.yml': pipeline, 'README.md': 'Here\n' });
  await run('git', ['tag', 'v1.0'], { cwd: repository });
  await run('git', ['branch', 'feature'], { cwd: repository });
  const { jobs } = await runPipeline(place, { repository, occasion, ...change });
  return jobs;
}

const names = (jobs: { name: string }[]) => jobs.map(({ name }) => name);
const all = {
  push: occasions.push('main'),
  tag: occasions.tag('v1.0'),
  branch: occasions.push('feature'),
  schedule: occasions.schedule('main'),
  'merge request': occasions.mergeRequest('feature'),
};

describe.skipIf(!machine).concurrent('a pipeline run by the tests', { timeout: 1_800_000 }, () => {
  const limited = `
always: {script: [echo]}
tags: {script: [echo], only: [tags]}
releases: {script: [echo], only: {refs: [/^v\\d/]}, except: [branches]}
main: {script: [echo], only: [main@demo-group/demo-pkg], except: [schedules]}
elsewhere: {script: [echo], only: [main@other/project]}
merging: {script: [echo], only: [merge_requests]}
ruled: {script: [echo], rules: [{if: $CI_COMMIT_TAG, when: never}, {if: $CI_PIPELINE_SOURCE == "push"}]}
`;
  it.each<[keyof typeof all, string[]]>([
    ['push', ['always', 'main', 'ruled']],
    ['tag', ['always', 'tags', 'releases']],
    ['branch', ['always', 'ruled']],
    ['schedule', ['always']],
    ['merge request', ['merging']],
  ])('has the jobs that GitLab makes on a %s', async (occasion, expected) => {
    expect(names(await ran(limited, all[occasion]))).toEqual(expected);
  });

  it('is not created if workflow:rules say so', async () => {
    const pipeline = 'workflow: {rules: [{if: $CI_COMMIT_BRANCH}]}\ntest: {script: [echo]}\n';
    expect(names(await ran(pipeline, all.push))).toEqual(['test']);
    expect(names(await ran(pipeline, all.tag))).toEqual([]);
  });

  it('gives each job its own folder, history, artifacts and variables', async () => {
    const pipeline = `
stages: [build, deploy]
variables: {WHO: all}
make:
  stage: build
  variables: {GIT_DEPTH: "0"}
  script: [mkdir -p dist/deep, touch dist/deep/a b, git tag, 'echo branch=\${CI_COMMIT_BRANCH-unset} tag=\${CI_COMMIT_TAG-unset}']
  artifacts: {paths: [dist/**/a]}
other: {stage: build, script: [ls, touch c, 'echo tags=\`git tag | wc -l\`'], artifacts: {paths: [c]}}
empty:
  stage: deploy
  dependencies: [make]
  variables: {GIT_STRATEGY: empty, WHO: job}
  script: ['find . -type f', 'echo $WHO $SECRET']
`;
    const [make, other, empty] = await ran(pipeline, all.push, { projectVariables: { SECRET: 's3cret' } });
    expect(make?.output).toMatch(/^v1\.0$[\s\S]*^branch=main tag=unset$/m);
    expect(other?.output).toMatch(/^README\.md$[\s\S]*^tags=0$/m);
    expect(empty?.output.split('\n').filter((line) => !line.startsWith('$'))).toEqual([
      './dist/deep/a',
      'job s3cret',
      '',
    ]);
  });

  it('gives ID tokens only to jobs that ask for them', async () => {
    const pipeline = `
default: {id_tokens: {A_ID_TOKEN: {aud: a}}}
.base: {variables: {KIND: test}, environment: $KIND-env, script: ['echo a=\${#A_ID_TOKEN} b=\${#B_ID_TOKEN}']}
one: {extends: .base, id_tokens: {B_ID_TOKEN: {aud: $KIND-b}}, rules: [{if: $CI_COMMIT_TAG, variables: {KIND: real}}, {when: always}]}
two: {script: !reference [.base, script]}
none: {script: !reference [.base, script], inherit: {default: false}}
`;
    const [one, two, none] = await ran(pipeline, all.tag);
    expect(one).toMatchObject({ environment: 'real-env', audiences: ['real-b'] });
    expect(one?.output).toMatch(/^a=0 b=\d{3,}$/m);
    expect(two).toMatchObject({ audiences: ['a'], output: expect.stringMatching(/^a=\d{3,} b=0$/m) });
    expect(two).not.toHaveProperty('environment');
    expect(none).toMatchObject({ audiences: [], output: expect.stringContaining('a=0 b=0') });
    expect((await ran(pipeline, all.push))[0]).toMatchObject({
      environment: 'test-env',
      audiences: ['test-b'],
    });
  });

  it('stops after a failure, continues after an allowed one, and waits for manual jobs', async () => {
    const pipeline = (mayFail: boolean) => `
stages: [build, deploy]
first: {stage: build, script: ['false', echo on], allow_failure: ${mayFail}}
next: {stage: deploy, script: [echo], when: on_success}
click: {stage: deploy, script: [echo], when: manual}
`;
    const outcomes = async (mayFail: boolean, play: string[] = []) =>
      (await ran(pipeline(mayFail), all.push, { play })).map(({ outcome }) => outcome);
    expect(await outcomes(false)).toEqual(['failed', 'skipped', 'skipped']);
    expect(await outcomes(true)).toEqual(['failed', 'passed', 'manual']);
    expect(await outcomes(true, ['click'])).toEqual(['failed', 'passed', 'passed']);
  });
});
