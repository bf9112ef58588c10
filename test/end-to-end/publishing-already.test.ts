import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { teamState } from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { reportOf, runIn, toDo } from '../support/program.ts';
import { publishingPipelines } from '../support/publishing-pipelines.ts';

let here: World | undefined;

afterEach(async () => {
  await here?.close();
  here = undefined;
});

/** A world whose project has this pipeline file, and more files next to it. */
async function worldWith(pipeline: string, more: Record<string, string> = {}): Promise<World> {
  const files = { ...scratchFiles(), '.gitlab-ci.yml': pipeline, ...more };
  here = await startWorld({ files, state: teamState({}, files) });
  return here;
}

const pipelineOf = ({ directory }: World) => readFile(join(directory, '.gitlab-ci.yml'), 'utf8');

const upload = (name: string) =>
  `${name}:\n  stage: deploy\n  image: python:3.12\n  script:\n    - twine upload -u __token__ -p $PYPI_TOKEN dist/*\n  only: [tags]\n`;

describe('a project that publishes with a token today', () => {
  it.each(Object.entries(publishingPipelines))('is migrated: %s', async (_, { text, release }) => {
    const world = await worldWith(text);
    const first = await reportOf(world, ['setup', '--yes']);
    expect(first.exitCode).toBe(0);
    expect(first.report.settings.find(({ id }) => id === 'pipeline')).toMatchObject({ outcome: 'applied' });
    expect(await pipelineOf(world)).toMatch(new RegExp(`^${release}:`, 'm'));

    const second = await reportOf(world, ['setup', '--yes']);
    expect(second.report.summary).toMatchObject({ applied: 0, failed: 0, toDo: 0 });
    const after = await reportOf(world, ['check']);
    expect([after.exitCode, toDo(after.report)]).toEqual([0, []]);
  });

  it('reports what is left alone', async () => {
    const world = await worldWith(
      'registry:\n  script: twine upload --repository-url $CI_API_V4_URL/projects/1/packages/pypi dist/*\n',
    );
    expect((await runIn(world, ['setup', '--dry-run'])).stdout.replace(/\s+/g, ' ')).toContain(
      "The job 'registry' publishes to another index and is left alone.",
    );
  });

  it('keeps the environment it published from', async () => {
    const world = await worldWith(`${upload('pypi')}  environment: pypi-upload\n`);
    await runIn(world, ['setup', '--yes']);
    expect(await pipelineOf(world)).toContain('    name: pypi-upload\n');
    const names = world.gitlab.state.projects[0]?.environments.map(({ name }) => name);
    expect(names).toEqual(['pypi-upload', 'release-test']);
  });
});

describe('several jobs that publish to PyPI', () => {
  const both = upload('one') + upload('two');

  it.each(['check', 'setup --yes', 'setup --dry-run'])(
    'make %s exit with 2 without a terminal, listing them',
    async (command) => {
      const world = await worldWith(both);
      const { exitCode, stderr } = await runIn(world, command.split(' '));
      expect(exitCode).toBe(2);
      expect(stderr).toContain("Several jobs publish to PyPI: 'one', 'two'.");
      expect(stderr).toContain('--release-job one');
      expect(world.gitlab.writes()).toEqual([]);
      expect(await pipelineOf(world)).toBe(both);
    },
  );

  it('are told apart by an option, only needed once', async () => {
    const world = await worldWith(both);
    const { exitCode, stdout } = await runIn(world, ['setup', '--yes', '--release-job', 'two']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('--release-job two');
    const text = await pipelineOf(world);
    expect(text).toContain(upload('one'));
    expect(text).not.toContain(upload('two'));
    expect((await runIn(world, ['check'])).exitCode).toBe(0);
  });

  it('cannot be told apart by a job that does not exist', async () => {
    const world = await worldWith(both);
    const { exitCode, stderr } = await runIn(world, ['setup', '--yes', '--release-job', 'three']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("There is no job 'three' in .gitlab-ci.yml. It has 'one', 'two'.");
  });
});

describe('a pipeline that includes other files', () => {
  it("is edited using GitLab's merged result", async () => {
    const world = await worldWith('include:\n  - local: /ci/build.yml\n', {
      'ci/build.yml':
        'stages: [make, ship]\nwheel:\n  stage: make\n  script:\n    - python -m build\n  artifacts:\n    paths: [dist/]\n',
    });
    expect((await runIn(world, ['setup', '--yes'])).exitCode).toBe(0);
    const text = await pipelineOf(world);
    expect(text).toContain('wheel:\n  variables:\n    GIT_DEPTH: "0"');
    expect(text).toContain('stages:\n  - make\n  - ship\n  - deploy\n');
    expect(text).not.toContain('\nbuild:');
    expect((await runIn(world, ['check'])).exitCode).toBe(0);
  });
});

describe('a pipeline that cannot be edited safely', () => {
  it('is left alone, with the block to paste, and the rest is set up', async () => {
    const text =
      'p:\n  script:\n    - |\n      if [ "$(date +%a)" = Fri ]; then\n        twine upload dist/*\n      fi\n';
    const world = await worldWith(text);
    const { exitCode, report } = await reportOf(world, ['setup', '--yes']);
    expect(exitCode).toBe(0);
    const pipeline = report.settings.find(({ id }) => id === 'pipeline');
    expect(pipeline).toMatchObject({
      state: 'manual',
      message: expect.stringContaining("'p' decides by itself when and where to upload"),
      manual: expect.stringContaining('PYPI_ID_TOKEN'),
    });
    expect(report.summary.applied).toBe(4);
    expect(report.settings.find(({ id }) => id === 'pyproject')).toMatchObject({ state: 'manual' });
    expect(await pipelineOf(world)).toBe(text);
  });

  it('comes first in what is still to do', async () => {
    const world = await worldWith('# Auto-generated file\nt:\n  script: x\n');
    const { stdout } = await runIn(world, ['setup', '--yes']);
    expect(stdout).toContain('Bring the jobs above into .gitlab-ci.yml first');
    expect(stdout).not.toContain('git push origin v1.2.3');
  });
});
