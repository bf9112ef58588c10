import type { Facts } from '../facts/index.ts';
import { decide, type Goal } from '../goal/index.ts';
import { severalJobs } from '../goal/jobs.ts';
import { type Wishes, wishesOf } from '../goal/wishes.ts';
import { changesOf, makePlan } from '../plan/plan.ts';
import { showFirstScreen } from '../screens/first-screen.ts';
import { askFor, openQuestions } from '../screens/questions.ts';
import { chooseGoal } from './choose.ts';
import type { Context } from './context.ts';
import { type Comparison, settleCredentials } from './credentials.ts';
import { refuseLoosening, settleDeclaration } from './declared.ts';
import { refuseDeadEnd, refuseGuess, refuseUnmatchable, requireWritable } from './refusals.ts';
import type { Survey } from './survey.ts';
import { readVerdicts } from './verdicts.ts';

/**
 * Shows the findings, then asks and shows until the user accepts the plan; asks nothing if there is nothing to change.
 */
export async function agreeOnPlan(context: Context, found: Survey): Promise<Comparison> {
  let { wishes, goal } = await settleJobs(context, found.facts);
  let survey = found;
  let questions = openQuestions(goal);
  const [asked, seen] = [new Set<string>(), new Set<string>()];
  for (let first = true; ; first = false) {
    let compared: Comparison = { survey, wishes, goal, ...(await compare(context, survey, goal)) };
    if (first) {
      showFirstScreen(context.terminal, compared);
      const adopting = await settleDeclaration(context, compared);
      if (adopting !== undefined) {
        wishes = adopting;
        goal = decide(found.facts, wishes);
        continue;
      }
    }
    const mustAsk = context.terminal.interactive && questions.length > 0;
    if (!mustAsk || changesOf(compared.plan).length === 0)
      compared = await settleCredentials(context, compared, asked);
    if (changesOf(compared.plan).length === 0) return compared;
    ({ survey } = compared);
    const choice = await chooseGoal(context, { ...compared, facts: survey.facts, questions, seen });
    if (choice.decision !== 'again') return { ...compared, declined: choice.decision === 'stop' };
    ({ wishes, goal } = choice);
    questions = [];
  }
}

/** Ask which of several jobs is meant before comparing; nothing can be compared without it. */
async function settleJobs(
  { options, terminal }: Context,
  facts: Facts,
): Promise<{ wishes: Wishes; goal: Goal }> {
  let wishes = wishesOf(options);
  let goal = decide(facts, wishes);
  if (goal.openJobs.length > 0 && !terminal.interactive) throw severalJobs(goal.openJobs);
  for (const { choice } of goal.openJobs) {
    wishes = { ...wishes, ...(await askFor(choice, facts, goal, terminal)) };
    goal = decide(facts, wishes);
  }
  return { wishes, goal };
}

async function compare(context: Context, survey: Survey, goal: Goal) {
  const { terminal, options } = context;
  const { facts } = survey;
  if (!terminal.interactive && !options.dryRun) refuseLoosening(context, facts, goal);
  const verdicts = await terminal.during(
    "Asking GitLab's lint about the pipeline",
    readVerdicts(survey, goal),
  );
  const plan = makePlan({ facts, goal, verdicts });
  refuseUnmatchable(plan);
  refuseDeadEnd(facts, goal, terminal.interactive);
  if (!terminal.interactive) refuseGuess(facts, goal);
  if (!options.dryRun) await requireWritable(survey, plan);
  return { facts, verdicts, plan };
}
