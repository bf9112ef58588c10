import { afterEach, describe, expect, it } from 'vitest';
import { reportOf, runIn } from '../support/program.ts';
import { type Scene, setUp, startScene } from '../support/scene.ts';

let scene: Scene;

afterEach(() => scene.here.close());

it('check lists who could publish and how, before and after', async () => {
  scene = await startScene();
  const shown = async () =>
    /Who could publish as it stands.*:?\n([\s\S]*?)\n\n/
      .exec((await runIn(scene.here, ['check'])).stdout)?.[1]
      ?.split('\n');
  expect(await shown()).toEqual([
    '    @alice and @bob: by a tag',
    '    @carol: by a tag that no rule keeps from them',
    '    @carol: by a branch with a job in the environment release',
  ]);
  await setUp(scene);
  expect(await shown()).toEqual(['    @alice and @bob: by a tag, once somebody else approves']);
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
    expect(project.protected_tags).toHaveLength(1);
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
