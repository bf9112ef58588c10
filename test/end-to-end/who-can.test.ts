import { afterEach, describe, expect, it } from 'vitest';
import { roleRow } from '../../src/rehearsal/gitlab/state.ts';
import { reportOf, runIn } from '../support/program.ts';
import { type Scene, settingOf, setUp, startScene } from '../support/scene.ts';

let scene: Scene;

afterEach(() => scene.here.close());

it('check lists who could publish and how, before and after', async () => {
  scene = await startScene();
  const shown = async () =>
    /these people could publish.*:\n([\s\S]*?)\n\n/
      .exec((await runIn(scene.here, ['check', '--verbose'])).stdout)?.[1]
      ?.split('\n');
  expect(await shown()).toEqual([
    '    @alice and @bob: by pushing a tag',
    '    @carol: by pushing a tag (tags are unprotected)',
    '    @carol: by pushing a branch whose job uses the environment "release"',
  ]);
  await setUp(scene);
  expect(await shown()).toEqual([
    '    @alice and @bob: by pushing a tag, once another person approves',
    '    @alice and @bob: alone, by a branch whose job only accesses the environment "release", which needs no approval',
  ]);
});

it('a Developer who may deploy is advised against, since approval does not stop a job that only accesses', async () => {
  scene = await startScene();
  const { stdout } = await runIn(scene.here, [
    'setup',
    '--dry-run',
    '--deployer',
    '@bob',
    '--deployer',
    '@carol',
  ]);
  expect(stdout).toMatch(
    /@carol is below Maintainer and can publish alone, without any approval.*Let only Maintainers deploy\./,
  );
  await setUp(scene, '--deployer', 'maintainers', '--deployer', '@carol');
  expect((await runIn(scene.here, ['check', '--verbose'])).stdout).toMatch(
    /@alice, @bob and @carol: alone, by a branch whose job only accesses the environment "release"/,
  );
});

it('on the token route the screens agree about who reaches the token', async () => {
  scene = await startScene({ plan: 'free' });
  const { here, project } = scene;
  const ways = async (...args: string[]) => {
    const { stdout } = await runIn(here, [...args, '--verbose', '--route', 'token']);
    return /these people could publish.*:\n([\s\S]*?)\n\n/.exec(stdout)?.[1]?.split('\n');
  };
  // An ordinary branch gets no protected variables, whatever environment its jobs name.
  expect(await ways('check')).toEqual(['    @alice and @bob: by pushing a tag']);
  const [main] = project.protected_branches;
  project.protected_branches.push({ ...main!, id: 900, name: 'dev/*', push_access_levels: [roleRow(30)] });
  expect(await ways('check')).toEqual([
    '    @alice and @bob: by pushing a tag',
    '    @carol: by a push to the protected branch dev/*, where pipelines get protected variables',
  ]);
  const { stdout } = await runIn(here, ['setup', '--dry-run', '--verbose']);
  expect(stdout).toMatch(/a Developer with a branch +1 +cannot +can publish +can publish/);
  expect(stdout).toMatch(/Recommended: trusted\. .*protected branch dev\/\* \(push\) would get it/s);
  expect(stdout).toContain('can be read through dev/* (push: @carol)');
});

it('counts a deploy key of a protected branch, and the rules of the groups above the project', async () => {
  const protected_environments = [
    { name: 'production', deploy_access_levels: [roleRow(40)], approval_rules: [] },
  ];
  scene = await startScene(
    {
      protected_environments: [{ name: 'release', deploy_access_levels: [roleRow(30)], approval_rules: [] }],
    },
    { groups: [{ full_path: 'demo-group', owners: [1], protected_environments }] },
  );
  const { here, project } = scene;
  await setUp(scene, '--deployer', 'developers', '--approvals', '0');
  const shown = async () => (await runIn(here, ['check', '--verbose'])).stdout.replace(/\s+/g, ' ');
  expect(await shown()).toContain('@alice and @bob: by pushing a tag');
  expect(await shown()).not.toContain('@carol: by pushing a branch');
  const key = {
    ...roleRow(0),
    access_level: null,
    deploy_key_id: 5,
    access_level_description: 'CI key',
  };
  project.protected_branches[0]?.push_access_levels.push(key);
  expect(await shown()).toContain(
    'whoever has the deploy key CI key: by pushing a branch whose job uses the environment "release"',
  );
});

describe('a Developer with a custom role', () => {
  const carol = (...powers: string[]) => ({
    userId: 3,
    access_level: 30,
    member_role: {
      id: 9,
      name: 'Release manager',
      base_access_level: 30,
      ...Object.fromEntries(powers.map((power) => [power, true])),
    },
  });
  const powers = ['admin_protected_environments', 'manage_protected_tags', 'admin_protected_branch'];

  it('who may change every protection may run this, and learns what else is missing', async () => {
    scene = await startScene({ members: [{ userId: 1, access_level: 50 }, carol(...powers)] });
    const { project } = scene;
    const { report, stdout } = await reportOf(scene.here, ['setup', '--yes'], 'glpat-demo-carol');
    // A rule for Maintainers only would lock out the very user who creates it.
    expect(project.protected_tags).toEqual([]);
    expect(settingOf(report, 'protected-tags')).toMatchObject({ state: 'different', outcome: 'failed' });
    expect(project.protected_environments).toHaveLength(1);
    expect(report.settings.find(({ id }) => id === 'leftover-credentials')).toMatchObject({
      state: 'unknown',
      message: expect.stringContaining('403 Forbidden'),
    });
    expect(stdout).not.toContain('role-too-low');
  });

  it('who may change only some may not', async () => {
    scene = await startScene({ members: [{ userId: 1, access_level: 50 }, carol('manage_protected_tags')] });
    const { report, exitCode } = await reportOf(scene.here, ['setup', '--yes'], 'glpat-demo-carol');
    expect(exitCode).toBe(2);
    expect(report.error?.code).toBe('role-too-low');
    expect(scene.sent).toEqual([]);
  });
});
