import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/kernel/errors.ts';
import { applyPlan } from '../../src/plan/apply.ts';
import { fixable, ok } from '../../src/plan/finding.ts';
import type { PlannedSetting } from '../../src/plan/plan.ts';
import type { Ports, Setting, Situation } from '../../src/plan/settings/setting.ts';
import { GitLabError } from '../../src/ports/gitlab-error.ts';

const progress = { start: () => () => undefined, stopped: () => false };

/** Applies a plan with a single change that rereads itself in the given way. */
function applyOne(change: Partial<Setting>) {
  const steps = [{ label: 'write', run: async () => undefined }];
  const setting: Setting = {
    id: 'protected-tags',
    kind: 'protected-tags',
    title: 'Tags',
    dependsOn: [],
    inspect: () => ok('It holds.'),
    reread: async (situation) => situation,
    ...change,
  };
  const plan: PlannedSetting[] = [{ setting, finding: fixable('missing', 'It is missing.', { steps }) }];
  return applyPlan(plan, {} as Situation, {} as Ports, progress);
}

describe('a second look before a change', () => {
  it.each([
    ['GitLab', new GitLabError('forbidden', 'GitLab refuses this.', 403)],
    ['the checkout', new UserError('unreadable-file', 'GitLab refuses this.', '')],
  ])('that %s refuses fails this setting alone', async (_, refusal) => {
    const [settled] = await applyOne({ reread: () => Promise.reject(refusal) });
    expect(settled).toMatchObject({
      outcome: 'failed',
      message: "The state of 'Tags' could not be read: GitLab refuses this.",
    });
  });

  it.each<[string, Partial<Setting>]>([
    ['reading', { reread: () => Promise.reject(new TypeError('x is undefined')) }],
    [
      'judging',
      {
        inspect: () => {
          throw new TypeError('x is undefined');
        },
      },
    ],
  ])('that fails by a mistake of ours in %s is not taken for something unreadable', async (_, mistake) => {
    await expect(applyOne(mistake)).rejects.toThrow(TypeError);
  });
});
