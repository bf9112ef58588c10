import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { teamState } from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { commitAll } from '../support/builds.ts';
import { reportOf, runIn } from '../support/program.ts';

let here: World | undefined;

afterEach(async () => {
  await here?.close();
  here = undefined;
});

async function worldWith(pipeline?: string): Promise<World> {
  const files = { ...scratchFiles(), ...(pipeline === undefined ? {} : { '.gitlab-ci.yml': pipeline }) };
  here = await startWorld({ files, state: teamState({}, files) });
  return here;
}

interface Row {
  occasion: string;
  before: { index: string; job: string; credential: string; start: string; version: string }[];
  after: { index: string; job: string; credential: string; start: string; version: string }[];
}

const occasionsOf = async (world: World, ...command: string[]) =>
  ((await reportOf(world, command)).report as unknown as { occasions: Row[] }).occasions;

const build = `build:
  stage: build
  image: python:3.12
  script: [pip install build, python -m build]
  artifacts: {paths: [dist/]}
`;
const upload = (name: string, rule: string, more = '') =>
  `${name}:\n  stage: deploy\n  image: python:3.12\n  rules:\n    - if: '${rule}'\n  script:\n    - pip install twine\n    - twine upload ${more}-u __token__ -p $PYPI_TOKEN dist/*\n`;

describe('what happens when', () => {
  it('tells each upload of a new pipeline, and that a release waits for its approval', async () => {
    const rows = await occasionsOf(await worldWith(), 'setup', '--dry-run');
    expect(rows.map(({ occasion }) => occasion)).toEqual(['push to main', 'tag v1.2.3', 'tag v1.2.3rc1']);
    expect(rows[1]).toMatchObject({
      before: [],
      after: [{ index: 'pypi', job: 'release', credential: 'id-token', start: 'approval', version: '1.2.3' }],
    });
  });

  it('tells of no difference to a pipeline that is set up, its check of the tag and its approvals included', async () => {
    const world = await worldWith();
    await runIn(world, ['setup', '--yes']);
    const rows = await occasionsOf(world, 'check');
    expect(rows.map(({ occasion }) => occasion)).toEqual(['push to main', 'tag v1.2.3', 'tag v1.2.3rc1']);
    for (const { before, after } of rows) expect(before).toEqual(after);
  });

  it('says what was uploaded with which credential, and keeps the occasions of the project', async () => {
    const nightly = upload('nightly', '$CI_PIPELINE_SOURCE == "schedule"', '-r testpypi ');
    const world = await worldWith(`${build}${upload('publish', '$CI_COMMIT_TAG =~ /^v/')}${nightly}`);
    const rows = await occasionsOf(world, 'setup', '--dry-run');
    const tag = rows.find(({ occasion }) => occasion === 'tag v1.2.3');
    expect(tag?.before).toMatchObject([{ index: 'pypi', job: 'publish', credential: 'PYPI_TOKEN' }]);
    expect(tag?.after).toMatchObject([{ index: 'pypi', job: 'publish', credential: 'id-token' }]);
    const schedule = rows.find(({ occasion }) => occasion === 'schedule');
    expect(schedule?.after).toMatchObject([{ index: 'testpypi', job: 'nightly', credential: 'id-token' }]);
    const { stdout } = await runIn(world, ['check', '--verbose']);
    expect(stdout).toContain('What happens when');
    expect(stdout.replace(/\s+/g, ' ')).toContain("was: 0.1.0 to PyPI by 'publish' (PYPI_TOKEN)");
  });

  it('is right in a child pipeline that publishes as the pipeline file would, and says what is not', async () => {
    const world = await worldWith();
    await runIn(world, ['setup', '--yes']);
    const path = (name: string) => join(world.directory, name);
    const own = (await readFile(path('.gitlab-ci.yml'), 'utf8')).replaceAll('"push"', '"parent_pipeline"');
    const settled = async (trigger: string, child: string) => {
      await writeFile(path('.gitlab-ci.yml'), `core:\n  trigger: {include: core.yml}\n${trigger}`);
      await writeFile(path('core.yml'), child);
      await commitAll(world.directory);
      const { report } = await reportOf(world, ['check']);
      return report.settings.find(({ id }) => id === 'pipeline');
    };
    const pushes = `  rules: [{if: '$CI_PIPELINE_SOURCE == "push"'}]\n`;
    expect(await settled(pushes, own)).toMatchObject({ state: 'ok' });
    const guard = /^ {4}- if: (.*CI_COMMIT_REF_PROTECTED.*)\n {6}when: never\n/gm;
    const [, condition = ''] = guard.exec(own) ?? [];
    const guarded = `  rules: [{if: '${condition.replace('parent_pipeline', 'push')}', when: never}, {when: on_success}]\n`;
    expect(await settled(guarded, own.replaceAll(guard, ''))).toMatchObject({ state: 'ok' });
    expect(await settled('', own)).toMatchObject({
      state: 'manual',
      message: expect.stringContaining(
        "core.yml, which the job 'core' starts as a child pipeline, publishes, but",
      ),
      manual: expect.stringMatching(/^Limit the job 'core' of \.gitlab-ci\.yml by its rules/),
    });
    const obeying = own.replaceAll('--trusted-publishing always ', '');
    expect(await settled(pushes, obeying)).toMatchObject({
      state: 'manual',
      differences: [{ field: 'release-test.script' }, { field: 'release.script' }],
      manual: expect.stringMatching(/^core\.yml as it should be:[\s\S]*source != "parent_pipeline"/i),
    });
  });

  it('writes neither file where the pipeline would do something else, and says what', async () => {
    const release = `release:
  stage: deploy
  image: python:3.12
  rules: [{if: '$CI_COMMIT_BRANCH == "main"'}]
  script:
    - pip install build twine python-semantic-release
    - semantic-release version
    - python -m build
    - twine upload -u __token__ -p $PYPI_TOKEN dist/*
`;
    const world = await worldWith(release);
    const { exitCode, report } = await reportOf(world, ['setup', '--yes']);
    expect(exitCode).toBe(0);
    for (const id of ['pipeline', 'pyproject'])
      expect(report.settings.find((it) => it.id === id)).toMatchObject({ state: 'manual' });
    expect(report.settings.find(({ id }) => id === 'pipeline')?.message).toContain('semantic-release');
    expect(report.files).toEqual([]);
    const rows = (report as unknown as { occasions: Row[] }).occasions;
    expect(rows.length).toBeGreaterThan(0);
    for (const { before, after } of rows) expect(after).toEqual(before);
  });
});
