import { type Finding, filesOf, isPartOf, isSettled } from './finding.ts';
import type { PlannedSetting, SettledSetting } from './plan.ts';
import { changedByAnother, currentState, inspectAgain, type Repairing, repair } from './repair.ts';
import type { Ports, Situation } from './settings/setting.ts';

/** How the work is shown while it goes on. */
export interface ApplyProgress {
  /** Called before a setting's steps; what it returns is called with the outcome. */
  start(planned: PlannedSetting): (settled: SettledSetting) => void;
  /** True once the user has asked to stop: the request under way is finished, and nothing is started after it. */
  stopped(): boolean;
}

/**
 * Repairs every planned setting, one after the other, each after a second look at it: minutes may have passed since
 * the plan was shown. A failure stops the settings that depend on it and no other; each is read back before it counts
 * as applied.
 */
export async function applyPlan(
  plan: PlannedSetting[],
  situation: Situation,
  ports: Ports,
  progress: ApplyProgress,
): Promise<SettledSetting[]> {
  const repairing = { situation, ports, stopped: progress.stopped };
  const now = await Promise.all(plan.map((planned) => lookAgain(planned, repairing)));
  const settled: SettledSetting[] = [];
  for (const [index, planned] of plan.entries()) {
    const notStarted =
      waitFor(planned, settled) ?? leaveAlone(planned) ?? leaveStopped(planned, progress.stopped());
    settled.push(notStarted ?? (await change(planned, now[index] as Finding, repairing, progress)));
  }
  return settled;
}

/** What is not to be changed is not looked at again. */
async function lookAgain({ setting, finding }: PlannedSetting, repairing: Repairing): Promise<Finding> {
  return finding.kind !== 'fixable' || repairing.stopped() ? finding : inspectAgain(setting, repairing);
}

async function change(
  planned: PlannedSetting,
  now: Finding,
  repairing: Repairing,
  progress: ApplyProgress,
): Promise<SettledSetting> {
  const done = progress.start(planned);
  const outcome =
    drift(planned, now) ?? (await repair({ setting: planned.setting, finding: now }, repairing));
  done(outcome);
  return outcome;
}

function waitFor(planned: PlannedSetting, before: SettledSetting[]): SettledSetting | undefined {
  const { dependsOn } = planned.setting;
  const blocker = before.find((it) => dependsOn.includes(it.setting.kind) && !isReliable(it));
  if (blocker === undefined) return undefined;
  return { ...planned, outcome: 'skipped', message: `Waits for '${blocker.setting.title}'.` };
}

/** Whether what depends on a setting can go on: it was changed, or needed no change. */
function isReliable({ finding, outcome }: SettledSetting): boolean {
  return outcome === 'applied' || (outcome === 'unchanged' && isSettled(finding));
}

/** What has no steps is left; only a setting that holds, or is a person's to do, counts as unchanged. */
function leaveAlone(planned: PlannedSetting): SettledSetting | undefined {
  const { finding } = planned;
  if (finding.kind === 'fixable') return undefined;
  if (isSettled(finding)) return { ...planned, outcome: 'unchanged' };
  return { ...planned, outcome: finding.kind === 'unknown' ? 'skipped' : 'failed', message: finding.message };
}

function leaveStopped(planned: PlannedSetting, stopped: boolean): SettledSetting | undefined {
  if (!stopped) return undefined;
  return { ...planned, outcome: 'skipped', message: 'Not started, because the run was stopped.' };
}

/** What has become of a setting since its plan was shown, where that is no longer the plan that was agreed to. */
function drift(planned: PlannedSetting, now: Finding): SettledSetting | undefined {
  const failed = (message: string): SettledSetting => ({ ...planned, outcome: 'failed', message });
  if (now.kind === 'ok') return changedByAnother(planned, now);
  if (now.kind === 'unknown') return failed(now.message);
  const file = filesOf(planned.finding).find(({ path, before }) =>
    filesOf(now).some((it) => it.path === path && it.before !== before),
  );
  if (file) return failed(`${file.path} has changed since it was read, so it was not written; run it again.`);
  if (isPartOf(now, planned.finding)) return undefined;
  return failed(
    `It has changed since it was looked at (${currentState(now)}), so nothing was written; run it again.`,
  );
}
