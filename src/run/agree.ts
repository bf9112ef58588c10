import { flagOf } from '../cli/options.ts';
import { deviationsFrom } from '../goal/deviations.ts';
import { decide } from '../goal/index.ts';
import { severalJobs } from '../goal/jobs.ts';
import { wishesOf } from '../goal/wishes.ts';
import { UserError } from '../kernel/errors.ts';
import { editsOf } from '../plan/delivery.ts';
import { changesOf } from '../plan/plan.ts';
import { choicesView } from '../screens/choices.ts';
import { detailsView } from '../screens/details.ts';
import { showFirstScreen } from '../screens/first-screen.ts';
import { planNotes, planView } from '../screens/plan.ts';
import { nobodyToAsk, openQuestions } from '../screens/questions.ts';
import { routeName } from '../screens/routes.ts';
import { back } from '../terminal/question.ts';
import { compare, impossibleRoutes } from './compare.ts';
import type { Context } from './context.ts';
import { ask, type Dialogue, nextChoice, type Point, type Question } from './conversation.ts';
import { type Comparison, needOf, requireTokens } from './credentials.ts';
import { refuseLoosening } from './declared.ts';
import { refuseDeadEnd, refuseGuess, refuseUnmatchable, requireWritable } from './refusals.ts';
import type { Survey } from './survey.ts';

/** Shows the findings, then asks until the user accepts the plan; asks nothing if there is nothing to change. */
export async function agreeOnPlan(context: Context, survey: Survey): Promise<Comparison> {
  const wishes = wishesOf(context.options);
  const start = { survey, wishes, open: [], checkPeople: false, offered: [], seen: false, picking: false };
  return context.terminal.interactive ? converse(context, start) : decideAlone(context, start);
}

/** Takes every recommendation. */
async function decideAlone(context: Context, { survey, wishes }: Point): Promise<Comparison> {
  const { terminal, options } = context;
  const { facts } = survey;
  const { openJobs } = decide(facts, wishes);
  if (openJobs.length > 0) throw severalJobs(openJobs);
  if (!options.dryRun) refuseLoosening(context, facts, decide(facts, wishes));
  const compared = await compare(context, survey, wishes);
  const { goal, plan } = compared;
  refuseUnmatchable(plan);
  refuseDeadEnd(facts, goal, false);
  refuseGuess(facts, goal);
  if (!options.dryRun) await requireWritable(compared.survey, plan);
  showFirstScreen(terminal, compared, plan, options.dryRun === true);
  if (options.verbose) terminal.print(...detailsView(compared, plan, terminal));
  if (options.dryRun) return compared;
  requireTokens(compared);
  if (changesOf(plan).length === 0) return compared;
  if (!options.yes)
    throw nobodyToAsk(
      openQuestions(goal)
        .map((name) => flagOf(name))
        .join(', '),
    );
  await showPlan(context, compared);
  return compared;
}

/** Asks one question after the other; Esc takes up the point before the last answer. */
async function converse(context: Context, start: Point): Promise<Comparison> {
  const { terminal } = context;
  const earlier: Point[] = [];
  let point = start;
  let dialogue: Dialogue = { context, compared: undefined, impossible: {} };
  let repeated: Step | undefined;
  for (;;) {
    try {
      const step = repeated ?? (await nextStep(context, point, dialogue));
      repeated = undefined;
      if ('done' in step) return step.done;
      ({ dialogue, point } = step);
      const { question } = step;
      const answer = await terminal.orBack(() => ask(question, point, dialogue));
      if (answer === 'go' || answer === 'stop')
        return { ...withoutAsking(dialogue), declined: answer === 'stop' };
      if (answer === 'again') {
        // The diffs have pushed the plan out of sight.
        await showPlan(context, withoutAsking(dialogue));
        repeated = step;
      } else if (answer === back) {
        const before = earlier.pop();
        if (before !== undefined) point = before;
        else {
          terminal.print(terminal.paint.dim('This is the first question; Ctrl-C leaves.'));
          repeated = step;
        }
      } else {
        // Refused here, an answer is asked for again.
        decide(answer.survey.facts, answer.wishes);
        earlier.push(point);
        point = answer;
      }
    } catch (error) {
      if (!(error instanceof UserError && ofAnswers.has(error.code)) || dialogue.compared === undefined)
        throw error;
      terminal.print('', terminal.paint.yellow(error.message), '');
      if (point.open.length === 0 && !point.picking) point = earlier.pop() ?? lost(error);
    }
  }
}

/** The refusals that another answer avoids; the others end the run. */
const ofAnswers: ReadonlySet<string> = new Set([
  'identity',
  'dead-end',
  'route-unavailable',
  'twine-other-index',
  'same-environment',
  'index-unreadable',
  'not-a-member',
  'group-not-invited',
  'no-such-job',
]);

/** With nothing to go back to, a refusal ends the run. */
function lost(error: UserError): never {
  throw error;
}

function withoutAsking({ compared }: Dialogue): Comparison {
  if (compared === undefined) throw new Error('A plan was accepted before there was one.');
  return compared;
}

type Step = { done: Comparison } | { question: Question; point: Point; dialogue: Dialogue };

/** The next question, or what was agreed on if there is none. */
async function nextStep(context: Context, point: Point, dialogue: Dialogue): Promise<Step> {
  const isFirst = dialogue.compared === undefined;
  const { openJobs } = decide(point.survey.facts, point.wishes);
  if (isFirst && openJobs.length === 0) return firstStep(context, point, dialogue);
  const choice = nextChoice(point);
  if (choice !== undefined) return { question: choice, point, dialogue };
  return planStep(context, point, dialogue);
}

/** Compares with the recommendation and shows what was found, before anything is asked. */
async function firstStep(context: Context, start: Point, dialogue: Dialogue): Promise<Step> {
  const { terminal, options } = context;
  const compared = await compare(context, start.survey, start.wishes);
  const { goal, plan } = compared;
  const open = changesOf(plan).length === 0 ? [] : questionsAbout(compared);
  if (!open.includes('route')) refuseUnmatchable(plan);
  refuseDeadEnd(start.survey.facts, goal, true);
  showFirstScreen(terminal, compared, plan, options.dryRun === true);
  if (options.verbose) terminal.print(...detailsView(compared, plan, terminal));
  const impossible = open.includes('route') ? await impossibleRoutes(context, compared) : {};
  const next = {
    point: { ...start, survey: compared.survey, open },
    dialogue: { ...dialogue, compared, impossible },
  };
  if (deviationsFrom(start.survey.facts, goal) !== undefined)
    return { ...next, question: { kind: 'declaration' } };
  return nextStep(context, next.point, next.dialogue);
}

/** How to deliver the edits of files is only asked if there are any. */
const questionsAbout = ({ goal, verdicts }: Comparison) =>
  openQuestions(goal).filter((name) => name !== 'deliver' || editsOf(verdicts).length > 0);

/** Compares with what was chosen; asks for what the plan needs, then shows the plan. */
async function planStep(context: Context, point: Point, dialogue: Dialogue): Promise<Step> {
  const compared = await compare(context, point.survey, point.wishes);
  const { goal, plan, facts } = compared;
  refuseUnmatchable(plan);
  refuseDeadEnd(facts, goal, true);
  if (context.options.dryRun) return { done: compared };
  await requireWritable(compared.survey, plan);
  const need = needOf(compared, point.offered);
  const next = { point: { ...point, survey: compared.survey }, dialogue: { ...dialogue, compared } };
  if (need !== undefined) return { ...next, question: need };
  if (changesOf(plan).length === 0) return { done: compared };
  await showPlan(context, compared);
  return { ...next, question: { kind: 'plan' } };
}

/** The plan on one screen; what a person has chosen stands above it. */
async function showPlan({ terminal, options }: Context, compared: Comparison): Promise<void> {
  const { paint } = terminal;
  const { goal, plan } = compared;
  if (!terminal.interactive || options.verbose)
    terminal.print(paint.bold('Settings'), ...choicesView(goal, terminal), '');
  terminal.print(
    ...planNotes(compared, plan, terminal),
    paint.bold(`Plan: ${routeName(goal.route.value, goal)}`),
    ...(await planView(compared, plan, terminal)),
  );
}
