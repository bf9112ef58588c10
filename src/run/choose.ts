import { type ChoiceName, flagOf, isAboutPeople } from '../cli/options.ts';
import type { Facts } from '../facts/index.ts';
import { decide, type Goal } from '../goal/index.ts';
import { releaseProblem } from '../goal/people.ts';
import type { Wishes } from '../goal/wishes.ts';
import { UserError } from '../kernel/errors.ts';
import { routes } from '../kernel/route.ts';
import { threatsOf, waysOf } from '../people/threats.ts';
import { changesOf, type PlannedSetting } from '../plan/plan.ts';
import type { Verdicts } from '../plan/verdicts.ts';
import { choicesView } from '../screens/choices.ts';
import { showOccasions } from '../screens/occasions.ts';
import { planView, showEdits } from '../screens/plan.ts';
import { askFor, nobodyToAsk, pickChoice } from '../screens/questions.ts';
import { notesView } from '../screens/states.ts';
import { threatsView } from '../screens/threats.ts';
import { askWayOut } from '../screens/way-out.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Context } from './context.ts';

/** The state of the conversation. */
export interface Choosing {
  facts: Facts;
  wishes: Wishes;
  goal: Goal;
  /** The questions still open. */
  questions: ChoiceName[];
  plan: PlannedSetting[];
  verdicts: Verdicts;
  /** The diffs already shown. */
  seen: Set<string>;
}

/** The user's decision: go ahead, leave everything as it is, or compare again with other choices. */
export type Decision = { decision: 'go' | 'stop' } | { decision: 'again'; wishes: Wishes; goal: Goal };

/** Shows the recommendation, asks what is open, shows the plan and asks once whether to apply it. */
export async function chooseGoal(context: Context, choosing: Choosing): Promise<Decision> {
  const { terminal, options } = context;
  if (!terminal.interactive) return unattended(context, choosing);
  if (choosing.questions.length > 0) return again(context, choosing, choosing.questions);
  if (options.dryRun) return { decision: 'go' };
  await showPlan(context, choosing);
  const answer = await terminal.select<'go' | 'change' | 'stop'>(
    `Make ${countOf(choosing.plan)}?\nNothing has been changed so far.`,
    [
      { value: 'go', label: 'Yes' },
      { value: 'change', label: 'Change an answer' },
      { value: 'stop', label: 'No, leave everything as it is' },
    ],
    'go',
  );
  if (answer !== 'change') return { decision: answer };
  const name = await pickChoice(choosing.goal, terminal);
  return again(context, choosing, name === undefined ? [] : [name]);
}

async function unattended(context: Context, choosing: Choosing): Promise<Decision> {
  const { options } = context;
  if (!options.yes && !options.dryRun) {
    const names = choosing.questions.map((name) => flagOf(name));
    throw nobodyToAsk(names.join(', '));
  }
  if (choosing.questions.includes('route')) showThreats(context, choosing.facts, choosing.goal);
  if (options.dryRun) return { decision: 'go' };
  await showPlan(context, choosing);
  return { decision: 'go' };
}

async function again(context: Context, choosing: Choosing, names: ChoiceName[]): Promise<Decision> {
  const { terminal } = context;
  const { facts } = choosing;
  let { wishes, goal } = choosing;
  if (names.includes('route')) showThreats(context, facts, goal);
  for (const name of names) {
    if (goal.route.value !== 'protected' && isAboutPeople(name)) continue;
    ({ wishes, goal } = await askUntilPossible(name, terminal, { facts, wishes, goal }));
  }
  const stuck = goal.route.value === 'protected' ? releaseProblem(facts, goal) : undefined;
  if (stuck === undefined || !(stuck.total || names.some((name) => name === 'route' || isAboutPeople(name))))
    return { decision: 'again', wishes, goal };
  const way = await askWayOut(stuck, goal, terminal);
  const wanted = { ...wishes, ...way.wishes };
  return again(context, { ...choosing, wishes: wanted, goal: decide(facts, wanted) }, way.ask);
}

/** Explains an impossible answer and asks again. */
async function askUntilPossible(
  name: ChoiceName,
  terminal: Terminal,
  { facts, wishes, goal }: Pick<Choosing, 'facts' | 'wishes' | 'goal'>,
): Promise<Pick<Choosing, 'wishes' | 'goal'>> {
  for (;;) {
    const wanted = { ...wishes, ...(await askFor(name, facts, goal, terminal)) };
    try {
      return { wishes: wanted, goal: decide(facts, wanted) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      terminal.print('', terminal.paint.yellow(error.message), terminal.paint.plain(error.hint), '');
    }
  }
}

function showThreats({ terminal }: Context, facts: Facts, goal: Goal): void {
  const auditLog = `${facts.gitlab.project.webUrl}/-/audit_events`;
  const environment = goal.releaseEnvironment.value;
  const route = goal.route.value;
  const approved = goal.approvals.value.length > 0;
  const threats = threatsOf(facts.gitlab, { deployers: goal.deployers.value, approved });
  const ways = waysOf(facts.gitlab, environment, route);
  const shown = { threats, ways, environment, route, advice: goal.advice, routes, auditLog };
  terminal.print(...threatsView(shown, terminal), '');
}

async function showPlan(
  { terminal }: Context,
  { facts, goal, plan, verdicts, seen }: Choosing,
): Promise<void> {
  const { paint } = terminal;
  const edited = changesOf(plan).flatMap(({ finding }) => finding.files.map(({ path }) => path));
  const dirty = facts.pipeline.uncommitted.filter((path) => edited.includes(path));
  await showEdits(terminal, 'The edits', plan, seen);
  terminal.print(paint.bold('What is to hold'), ...choicesView(goal, terminal), '');
  showOccasions(terminal, { verdicts, goal });
  terminal.print(paint.bold('The plan, in this order'), ...(await planView(plan, terminal)));
  terminal.print(...notesView(unchangedOf(plan), terminal));
  if (dirty.length > 0) {
    terminal.print(
      '',
      paint.yellow(`  ${dirty.join(', ')}: not committed yet; those changes stay, the edits come on top.`),
    );
  }
}

/** The plan's steps describe the others. */
const unchangedOf = (plan: PlannedSetting[]) => plan.filter(({ finding }) => finding.kind !== 'fixable');

function countOf(plan: PlannedSetting[]): string {
  const number = changesOf(plan).flatMap(({ finding }) => finding.steps).length;
  return number === 1 ? 'this change' : `these ${number} changes`;
}
