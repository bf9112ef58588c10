import { afterEach, describe, expect, it } from 'vitest';
import { type GitLabState, type ProjectState, teamState } from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { reportOf, runIn, toDo } from '../support/program.ts';

let here: World;

afterEach(() => here.close());

async function begin(
  server: Partial<GitLabState>,
  project: Partial<ProjectState> = {},
): Promise<ProjectState> {
  here = await startWorld({ state: { ...teamState(project, scratchFiles()), ...server } });
  return here.gitlab.state.projects[0]!;
}

/** Sets up; the second run has nothing to do and writes nothing. */
async function setUpTwice(...args: string[]) {
  const first = await reportOf(here, ['setup', '--yes', ...args]);
  expect(first.exitCode).toBe(0);
  const writes = here.gitlab.writes().length;
  const second = await reportOf(here, ['setup', '--yes']);
  expect(second.exitCode).toBe(0);
  expect(toDo(second.report)).toEqual([]);
  expect(here.gitlab.writes()).toHaveLength(writes);
  return first;
}

describe('a self-managed GitLab', () => {
  it('on Community Edition is set up without what it does not have', async () => {
    await begin({ edition: 'ce' });
    const { report } = await setUpTwice('--route', 'trusted');
    expect(report.route).toMatchObject({
      recommended: 'token',
      because: [
        expect.stringMatching(/Community Edition, which has no protected environments/),
        expect.anything(),
      ],
    });
    const asked = here.gitlab.log.filter(({ path }) => path.includes('/protected_environments'));
    expect(new Set(asked.map(({ method, status }) => `${method} ${status}`))).toEqual(new Set(['GET 404']));
    expect((await runIn(here, ['check', '--verbose'])).stdout).toMatch(
      /GitLab version +19\.4\.1 \(Community Edition\)/,
    );
  });

  it.each([
    ['of the Community Edition', { edition: 'ce' }, /Community Edition/],
    [
      'of the Enterprise Edition without a licence',
      { edition: 'ee' },
      /needs Premium, Ultimate or GitLab for Open/,
    ],
    [
      'that does not report its licence yet',
      { version: '15.6.2' },
      /15\.6\.2-ee does not reveal .* 15\.8 and newer do/,
    ],
  ] as const)('%s says why it cannot have the protected route', async (_, server, words) => {
    await begin(server, { plan: 'edition' in server ? 'free' : 'premium' });
    const { report, exitCode } = await reportOf(here, ['setup', '--yes', '--route', 'protected']);
    expect(exitCode).toBe(2);
    expect(report.error).toMatchObject({ code: 'route-unavailable', message: expect.stringMatching(words) });
    expect(here.gitlab.writes()).toEqual([]);
  });

  it('that drops the description of an environment is set up anyway', async () => {
    const project = await begin({ version: '17.3.0' });
    await setUpTwice();
    expect(project.environments.map(({ description }) => description)).toEqual([null, null]);
    expect(project.environments.map(({ tier }) => tier)).toEqual(['production', 'testing']);
  });

  it('whose ID tokens lack what an index matches is reported, and not changed', async () => {
    await begin({ version: '16.1.0' });
    const { report, exitCode } = await reportOf(here, ['setup', '--yes']);
    expect(exitCode).toBe(2);
    expect(report.error).toMatchObject({
      code: 'identity',
      message: expect.stringContaining('GitLab 16.1.0-ee does not put the claim ci_config_ref_uri'),
      hint: expect.stringContaining('16.2 or newer'),
    });
    expect(here.gitlab.writes()).toEqual([]);
  });
});
