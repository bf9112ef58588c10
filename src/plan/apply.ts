import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import type { PlannedSetting, SettledSetting } from './plan.ts';
import { byAnother, fieldsOf, inspectAgain, isPartOf, putRight, type Scene } from './repair.ts';
import type { Finding, World } from './settings/setting.ts';

/** How the work is shown while it goes on. */
export interface ApplyProgress {
  /** Called before a setting's steps; what it returns is called with the outcome. */
  start(planned: PlannedSetting): (settled: SettledSetting) => void;
  /** True once the user has asked to stop: the request under way is finished, and nothing is begun after it. */
  stopped(): boolean;
}

/**
 * Puts every planned setting right, one after the other, each after a second look at it: minutes may have passed since
 * the plan was shown. A failure stops the settings that depend on it and no other; each is read back before it counts
 * as applied.
 */
export async function applyPlan(
  plan: PlannedSetting[],
  facts: Facts,
  goal: Goal,
  world: World,
  progress: ApplyProgress,
): Promise<SettledSetting[]> {
  const scene = { facts, goal, world, stopped: progress.stopped };
  const now = await Promise.all(plan.map((planned) => lookAgain(planned, scene)));
  const settled: SettledSetting[] = [];
  for (const [index, planned] of plan.entries()) {
    const begun = waiting(planned, settled) ?? withoutSteps(planned) ?? notBegun(planned, progress);
    settled.push(begun ?? (await change(planned, now[index] as Finding, scene, progress)));
  }
  return settled;
}

/** What is not to be changed is not looked at again. */
async function lookAgain({ setting, finding }: PlannedSetting, scene: Scene): Promise<Finding> {
  return finding.steps.length === 0 || scene.stopped() ? finding : inspectAgain(setting, scene);
}

async function change(
  planned: PlannedSetting,
  now: Finding,
  scene: Scene,
  progress: ApplyProgress,
): Promise<SettledSetting> {
  const done = progress.start(planned);
  const outcome =
    overtaken(planned, now) ?? (await putRight({ setting: planned.setting, finding: now }, scene));
  done(outcome);
  return outcome;
}

function waiting(planned: PlannedSetting, before: SettledSetting[]): SettledSetting | undefined {
  const { dependsOn } = planned.setting;
  const blocker = before.find((it) => dependsOn.includes(it.setting.id) && stands(it));
  if (blocker === undefined) return undefined;
  return { ...planned, outcome: 'skipped', message: `Waits for '${blocker.setting.title}'.` };
}

/** A setting that cannot be relied on: it failed, or waits itself, or is open and cannot be put right here. */
function stands({ finding, outcome }: SettledSetting): boolean {
  if (outcome === 'failed' || outcome === 'skipped') return true;
  return outcome === 'unchanged' && finding.state !== 'ok' && finding.state !== 'manual';
}

/** What the tool cannot put right is left; only a setting that holds, or is a person's to do, counts as unchanged. */
function withoutSteps(planned: PlannedSetting): SettledSetting | undefined {
  const { state, message, steps } = planned.finding;
  if (steps.length > 0) return undefined;
  if (state === 'ok' || state === 'manual') return { ...planned, outcome: 'unchanged' };
  return { ...planned, outcome: state === 'unknown' ? 'skipped' : 'failed', message };
}

function notBegun(planned: PlannedSetting, { stopped }: ApplyProgress): SettledSetting | undefined {
  if (!stopped()) return undefined;
  return { ...planned, outcome: 'skipped', message: 'Not begun, because the run was stopped.' };
}

/** What has become of a setting since its plan was shown, where that is no longer the plan that was agreed to. */
function overtaken(planned: PlannedSetting, now: Finding): SettledSetting | undefined {
  const failed = (message: string): SettledSetting => ({ ...planned, outcome: 'failed', message });
  if (now.state === 'ok') return byAnother(planned, now);
  if (now.state === 'unknown') return failed(now.message);
  const file = planned.finding.files.find(({ path, before }) =>
    now.files.some((it) => it.path === path && it.before !== before),
  );
  if (file) return failed(`${file.path} has changed since it was read, so it was not written; run it again.`);
  if (isPartOf(now, planned.finding)) return undefined;
  return failed(
    `It has changed since it was looked at (${fieldsOf(now)}), so nothing was written; run it again.`,
  );
}
