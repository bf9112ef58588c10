import { peopleOf } from './advice.ts';
import type { Context } from './context.ts';
import { deadEnd } from './dead-end.ts';
import { Cancelled } from './errors.ts';
import type { Facts } from './facts/index.ts';
import { decide, type Goal, type Wishes } from './goal/index.ts';
import type { ChoiceName } from './options.ts';
import { changesOf, type PlannedSetting } from './plan.ts';
import { choicesView } from './terminal/choices-view.ts';
import { planView, statesView } from './terminal/plan-view.ts';
import { askFor, nobodyToAsk, pickChoice } from './terminal/questions.ts';
import { threatsView } from './terminal/threats-view.ts';

/** Where the choosing stands. */
export interface Choosing {
  facts: Facts;
  wishes: Wishes;
  goal: Goal;
  /** The questions that are still open. */
  questions: ChoiceName[];
  plan: PlannedSetting[];
}

/** What the user made of it: apply, stop, or look at it again with other choices. */
export type Decision = { decision: 'apply' | 'stop' } | { decision: 'again'; wishes: Wishes; goal: Goal };

/** Shows what is recommended, asks what is open, shows the plan and asks once whether to apply it. */
export async function chooseGoal(context: Context, choosing: Choosing): Promise<Decision> {
  const { terminal, options } = context;
  if (!terminal.interactive) return unattended(context, choosing);
  if (choosing.questions.length > 0) return again(context, choosing, choosing.questions);
  await showPlan(context, choosing);
  const answer = await terminal.select(
    options.dryRun ? 'This is a dry run.' : `Make ${countOf(choosing.plan)}?`,
    [
      options.dryRun
        ? { value: 'apply' as const, label: 'Show the plan and end' }
        : { value: 'apply' as const, label: 'Yes, make them' },
      { value: 'change' as const, label: 'Change a choice first' },
      { value: 'stop' as const, label: 'No, leave everything as it is' },
    ],
    'apply',
  );
  if (answer === 'change') return again(context, choosing, [await pickChoice(choosing.goal, terminal)]);
  if (answer === 'stop') throw new Cancelled();
  return { decision: answer };
}

async function unattended(context: Context, choosing: Choosing): Promise<Decision> {
  const { options } = context;
  if (options.dryRun) return { decision: 'apply' };
  if (!options.yes) {
    const names = choosing.questions.map((name) => `--${name}`);
    throw nobodyToAsk([...names, '--yes'].join(', '));
  }
  await showPlan(context, choosing);
  return { decision: 'apply' };
}

async function again(context: Context, choosing: Choosing, names: ChoiceName[]): Promise<Decision> {
  const { terminal } = context;
  const { facts } = choosing;
  let { wishes, goal } = choosing;
  if (names.includes('route')) showThreats(context, facts, goal);
  for (const name of names) {
    if (goal.route.value !== 'protected' && (name === 'deployer' || name === 'approver')) continue;
    wishes = { ...wishes, ...(await askFor(name, facts, goal, terminal)) };
    goal = decide(facts, wishes);
  }
  const stuck =
    goal.route.value === 'protected'
      ? deadEnd(facts.gitlab, goal.deployers.value, goal.approvals.value)
      : undefined;
  if (stuck === undefined) return { decision: 'again', wishes, goal };
  terminal.print('', terminal.paint.yellow(stuck.message), terminal.paint.plain(stuck.hint), '');
  return again(context, { ...choosing, wishes, goal }, ['deployer', 'approver']);
}

function showThreats({ terminal }: Context, facts: Facts, goal: Goal): void {
  const auditLog = `${facts.gitlab.project.webUrl}/-/audit_events`;
  terminal.print(...threatsView(goal, peopleOf(facts.gitlab), auditLog, terminal.paint), '');
}

async function showPlan({ terminal }: Context, { facts, goal, plan }: Choosing): Promise<void> {
  const { paint } = terminal;
  const edited = changesOf(plan).flatMap(({ finding }) => finding.files.map(({ path }) => path));
  const dirty = facts.pipeline.uncommitted.filter((path) => edited.includes(path));
  terminal.print(paint.bold('What is to hold'), ...choicesView(goal, paint), '');
  terminal.print(paint.bold('How it stands'), ...statesView(plan, paint), '');
  terminal.printAsIs(paint.bold('What will change'), '', ...(await planView(changesOf(plan), paint)));
  if (dirty.length > 0) {
    terminal.print(
      paint.yellow(`  ${dirty.join(', ')}: not committed yet; those changes stay, the edits come on top.`),
      '',
    );
  }
}

function countOf(plan: PlannedSetting[]): string {
  const number = changesOf(plan).flatMap(({ finding }) => finding.steps).length;
  return number === 1 ? 'this change' : `these ${number} changes`;
}
