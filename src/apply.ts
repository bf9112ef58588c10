import { reasonOf } from './errors.ts';
import type { Facts } from './facts/index.ts';
import type { Goal } from './goal/index.ts';
import type { PlannedSetting, SettledSetting } from './plan.ts';
import type { World } from './settings/setting.ts';

/** How the work is shown while it goes on. */
export interface ApplyProgress {
  /** Called before a setting's steps; what it returns is called with the outcome. */
  start(planned: PlannedSetting): (settled: SettledSetting) => void;
  /** True once the user has asked to stop: the step under way is finished, no other is begun. */
  stopped(): boolean;
}

/**
 * Puts every planned setting right, one after the other. A failure stops the settings that depend on it and no
 * other; each setting is read back before it counts as applied.
 */
export async function applyPlan(
  plan: PlannedSetting[],
  facts: Facts,
  goal: Goal,
  world: World,
  progress: ApplyProgress,
): Promise<SettledSetting[]> {
  const settled: SettledSetting[] = [];
  for (const planned of plan) {
    settled.push(await settle(planned, settled, { facts, goal, world, progress }));
  }
  return settled;
}

interface Scene {
  facts: Facts;
  goal: Goal;
  world: World;
  progress: ApplyProgress;
}

async function settle(
  planned: PlannedSetting,
  before: SettledSetting[],
  scene: Scene,
): Promise<SettledSetting> {
  const { setting, finding } = planned;
  const blocker = before.find((it) => setting.dependsOn.includes(it.setting.id) && stands(it));
  if (blocker) return { ...planned, outcome: 'skipped', message: `Waits for '${blocker.setting.title}'.` };
  if (finding.steps.length === 0) return withoutSteps(planned);
  if (scene.progress.stopped())
    return { ...planned, outcome: 'skipped', message: 'Not begun, because the run was stopped.' };
  const done = scene.progress.start(planned);
  const outcome = await attemptSteps(planned, scene);
  done(outcome);
  return outcome;
}

/** A setting that cannot be relied on: it failed, or waits itself, or is open and cannot be put right here. */
function stands({ finding, outcome }: SettledSetting): boolean {
  if (outcome === 'failed' || outcome === 'skipped') return true;
  return outcome === 'unchanged' && finding.state !== 'ok' && finding.state !== 'manual';
}

/** What the tool cannot put right is left; only a setting that holds, or is a person's to do, counts as unchanged. */
function withoutSteps(planned: PlannedSetting): SettledSetting {
  const { state, message } = planned.finding;
  if (state === 'ok' || state === 'manual') return { ...planned, outcome: 'unchanged' };
  return { ...planned, outcome: state === 'unknown' ? 'skipped' : 'failed', message };
}

async function attemptSteps(planned: PlannedSetting, { facts, goal, world }: Scene): Promise<SettledSetting> {
  const { setting, finding } = planned;
  try {
    for (const step of finding.steps) await step.run(world);
    const after = setting.inspect(await setting.reread(facts, world), goal);
    if (after.state === 'ok' || after.state === 'manual') return { ...planned, outcome: 'applied' };
    return { ...planned, outcome: 'failed', message: readBack(after) };
  } catch (error) {
    return { ...planned, outcome: 'failed', message: reasonOf(error) };
  }
}

function readBack({ state, message, differences }: PlannedSetting['finding']): string {
  if (state === 'unknown') return `It was written, but it could not be read back: ${message}`;
  const fields = differences.map(({ field, current }) => `${field} is ${current}`).join(', ');
  return `It was written, but reading it back shows otherwise: ${fields || message}.`;
}
