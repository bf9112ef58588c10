import { applyPlan } from '../apply.ts';
import { chooseGoal } from '../choose.ts';
import { repeatCommand } from '../command-line/repeat.ts';
import type { Context } from '../context.ts';
import { type Comparison, settleCredentials } from '../credentials.ts';
import { deadEnd } from '../dead-end.ts';
import { Cancelled, UserError } from '../errors.ts';
import { inDirectory } from '../facts/checkout.ts';
import type { Facts } from '../facts/index.ts';
import { isWish } from '../facts/known.ts';
import { decide, type Goal } from '../goal/index.ts';
import { severalJobs } from '../goal/jobs.ts';
import { releaseRules } from '../goal/people.ts';
import { type Wishes, wishesOf } from '../goal/wishes.ts';
import { type Begun, type Looked, look } from '../look.ts';
import { changesOf, makePlan, type PlannedSetting, type SettledSetting } from '../plan.ts';
import { openPublisherPages } from '../publisher/show-pages.ts';
import { buildReport, exitCodeOf } from '../report.ts';
import type { World } from '../settings/setting.ts';
import { applyProgress } from '../terminal/apply-view.ts';
import { choicesView } from '../terminal/choices-view.ts';
import { factsView } from '../terminal/facts-view.ts';
import { planView, statesView } from '../terminal/plan-view.ts';
import { askFor, openQuestions } from '../terminal/questions.ts';
import { reportView } from '../terminal/report-view.ts';
import { withVerdicts } from '../verdicts.ts';

/** The wizard: look, ask, show the plan, confirm, apply, open the publisher pages, report. Returns the exit code. */
export async function setup(context: Context, begun?: Begun): Promise<number> {
  const { options, terminal } = context;
  const looked = await look(context, begun);
  const { paint } = terminal;
  terminal.print('', paint.bold('What was found'), ...factsView(looked.facts, paint), '');
  const chosen = await choose(context, looked);
  const { facts, goal, plan } = chosen;
  if (options.dryRun) return finish(context, facts, goal, plan, 0);
  const settled = await apply(context, facts, goal, plan, chosen.looked);
  await openPublisherPages(context, facts, goal, settled).catch(async (error) => {
    if (!(error instanceof Cancelled)) throw error;
    await finish(context, facts, goal, settled, error.exitCode);
    throw new Cancelled(error.exitCode, 'Cancelled; what is reported above stays as it is.');
  });
  return finish(context, facts, goal, settled, exitCodeOf(settled));
}

/** Asks and shows until the plan is wanted; a run with nothing to change asks nothing. */
async function choose(context: Context, found: Looked): Promise<Comparison> {
  let { wishes, goal } = await settleJobs(context, found.facts);
  let looked = found;
  let questions = openQuestions(goal);
  const asked = new Set<string>();
  for (;;) {
    let compared: Comparison = { looked, wishes, goal, ...(await compare(context, looked, goal)) };
    const isOpen =
      context.terminal.interactive && questions.length > 0 && changesOf(compared.plan).length > 0;
    if (!isOpen) compared = await settleCredentials(context, compared, asked);
    if (changesOf(compared.plan).length === 0) return compared;
    ({ looked } = compared);
    const choice = await chooseGoal(context, { ...compared, facts: looked.facts, questions });
    if (choice.decision === 'go') return compared;
    ({ wishes, goal } = choice);
    questions = [];
  }
}

/** Which of several jobs is meant is asked before anything is compared, for without it nothing can be. */
async function settleJobs(
  { options, terminal }: Context,
  facts: Facts,
): Promise<{ wishes: Wishes; goal: Goal }> {
  let wishes = wishesOf(options);
  let goal = decide(facts, wishes);
  if (goal.openJobs.length > 0 && !terminal.interactive) throw severalJobs(goal.openJobs);
  for (const { option } of goal.openJobs) {
    wishes = { ...wishes, ...(await askFor(option, facts, goal, terminal)) };
    goal = decide(facts, wishes);
  }
  return { wishes, goal };
}

async function compare({ terminal, options }: Context, looked: Looked, goal: Goal) {
  const facts = await terminal.during("Asking GitLab's lint about the pipeline", withVerdicts(looked, goal));
  const plan = makePlan(facts, goal);
  refuseUnmatchable(plan);
  refuseDeadEnd(facts, goal);
  if (!terminal.interactive) refuseGuess(facts, goal);
  if (!options.dryRun) await requireWritable(looked, plan);
  return { facts, plan };
}

/** Nothing is set up for an index that could never accept it. */
function refuseUnmatchable(plan: PlannedSetting[]): void {
  const identity = plan.find(({ setting }) => setting.id === 'identity')?.finding;
  if (identity === undefined || identity.state === 'ok') return;
  throw new UserError('identity', identity.message, identity.manual);
}

/** Later runs keep to the people that are found, so that nobody is chosen without knowing who there is. */
function refuseGuess({ gitlab: { members } }: Facts, goal: Goal): void {
  const guessed = openQuestions(goal).map((name) => `--${name}`);
  if (members.known || guessed.length === 0) return;
  throw new UserError(
    'members-unknown',
    `The members of the project could not be read, so nothing can be recommended: ${members.reason}`,
    `Run it again once they can be read, or decide yourself with ${guessed.join(', ')}.`,
  );
}

/** A file that cannot be written is told before anything on GitLab is changed. */
async function requireWritable({ files }: Looked, plan: PlannedSetting[]): Promise<void> {
  const edits = changesOf(plan).flatMap(({ finding }) => finding.files);
  for (const { path } of edits) await files.requireWritable(path);
}

/** Rules that come from the user's own wish are refused before they lock everybody out. */
function refuseDeadEnd({ gitlab }: Facts, goal: Goal): void {
  const wished = [goal.approvals, goal.deployers, goal.selfApproval].some(isWish);
  if (!wished || goal.route.value !== 'protected') return;
  const stuck = deadEnd(gitlab, releaseRules(goal));
  if (stuck?.total) throw new UserError('dead-end', stuck.message, stuck.hint);
}

async function apply(
  context: Context,
  facts: Facts,
  goal: Goal,
  plan: PlannedSetting[],
  world: World,
): Promise<SettledSetting[]> {
  const { terminal, stop } = context;
  if (changesOf(plan).length > 0) terminal.print('', terminal.paint.bold('Putting it in place'));
  for (const path of editedFolders(facts)) await world.files.removeDrafts(path);
  const progress = applyProgress(terminal, stop.signal);
  const settled = await stop.hold(() => applyPlan(plan, facts, goal, world, progress));
  if (!stop.signal.aborted) return settled;
  await finish(context, facts, goal, settled, stop.signal.reason);
  throw new Cancelled(stop.signal.reason, 'Cancelled; what is reported above as put in place stays.');
}

/** One file of each folder in which files are edited, where a killed run may have left something. */
function editedFolders({ checkout, pipeline }: Facts): string[] {
  return [inDirectory(checkout.directory, 'pyproject.toml'), pipeline.path.value];
}

async function finish(
  context: Context,
  facts: Facts,
  goal: Goal,
  settings: (PlannedSetting & Partial<SettledSetting>)[],
  exitCode: number,
): Promise<number> {
  const { terminal, options, program } = context;
  const { paint } = terminal;
  if (options.dryRun) {
    terminal.print(paint.bold('What is to hold'), ...choicesView(goal, paint), '');
    terminal.print(paint.bold('How it stands'), ...statesView(settings, paint), '');
    terminal.printAsIs(paint.bold('What would change'), ...(await planView(changesOf(settings), paint)));
    terminal.print('Nothing was changed, because this was a dry run.');
  } else {
    terminal.print('', ...reportView(facts, goal, settings, paint));
    terminal.print('', paint.dim('The same again without questions:'));
    terminal.printAsIs(paint.plain(repeatCommand(program, options, goal)));
  }
  if (options.json) context.writeJson(await buildReport('setup', facts, goal, settings, exitCode));
  return exitCode;
}
