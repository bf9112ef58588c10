import { afterEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { type Ended, type ReportLike, reportOf, toDo } from '../support/program.ts';

let here: World;

afterEach(() => here.close());

const bodyOf = (ended: Ended & { report: ReportLike }, id: string) =>
  ended.report.settings.find((it) => it.id === id);

describe('two runs at once', () => {
  it('finish, with a result that one of them planned, and neither claims what it did not do', async () => {
    here = await startWorld();
    here.gitlab.latency = 30;
    const [one, two] = await Promise.all([
      reportOf(here, ['setup', '--yes', '--deployer', 'maintainers']),
      reportOf(here, ['setup', '--yes', '--deployer', '@alice', '--deployer', '@bob']),
    ]);
    const rows = here.gitlab.state.projects[0]?.protected_environments[0]?.deploy_access_levels;
    const people = rows?.map(({ access_level, user_id }) => user_id ?? `level ${access_level}`).sort();
    expect([['level 40'], [1, 2]]).toContainEqual(people);
    const won = people?.length === 1 ? one : two;
    const lost = won === one ? two : one;
    expect(bodyOf(won, 'protected-environment:release')?.outcome).toBe('applied');
    expect(bodyOf(lost, 'protected-environment:release')).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(/changed since it was looked at \(deployers is .*run it again/),
    });
    expect([won.exitCode, lost.exitCode]).toEqual([0, 1]);
    expect(toDo((await reportOf(here, ['check'])).report)).toEqual([]);
  });

  it('do not overwrite what someone else has changed in the meantime', async () => {
    here = await startWorld();
    const project = here.gitlab.state.projects[0];
    here.gitlab.intercept = ({ path }) => {
      // The lint comes after everything was read and before anything is changed.
      if (path.endsWith('/ci/lint') && project?.environments.length === 0) {
        const environment = {
          name: 'release',
          slug: 'release',
          tier: 'staging',
          external_url: 'https://example.org',
        };
        project.environments.push({ ...environment, id: 77, state: 'available', description: 'theirs' });
      }
      return undefined;
    };
    const ended = await reportOf(here, ['setup', '--yes']);
    expect(bodyOf(ended, 'environment:release')).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('tier is staging'),
    });
    expect(project?.environments[0]).toMatchObject({ name: 'release', tier: 'staging' });
    expect((await reportOf(here, ['setup', '--yes'])).exitCode).toBe(0);
    expect(project?.environments[0]).toMatchObject({ name: 'release', tier: 'production' });
  });
});
