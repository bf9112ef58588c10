import { type Finding, filesOf, isPartOf, isSettled } from './finding.ts';
import type { PlannedSetting, SettledSetting } from './plan.ts';
import { changedByAnother, currentState, inspectAgain, type Repairing, repair } from './repair.ts';
import type { Ports, Situation } from './settings/setting.ts';

/** Shows the work while it is in progress. */
export interface ApplyProgress {
  /** Called before a setting's steps; the returned function is called with the outcome. */
  start(planned: PlannedSetting): (settled: SettledSetting) => void;
  /** True once the user has asked to stop: the current request is finished, and nothing else is started. */
  stopped(): boolean;
}

/**
 * Repairs the planned settings one by one, inspecting each again first: minutes may have passed since the plan was
 * shown. A failure only stops the settings that depend on it; each is read back before it counts as applied.
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

/** Settings without changes are not inspected again. */
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

/** Whether dependent settings can go ahead: it was changed, or needed no change. */
function isReliable({ finding, outcome }: SettledSetting): boolean {
  return outcome === 'applied' || (outcome === 'unchanged' && isSettled(finding));
}

/** Settings without steps are left alone; only those that hold, or are up to a person, count as unchanged. */
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

/** The outcome for a setting whose state is no longer what the approved plan was based on. */
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
