import { type ChoiceName, isAboutPeople } from '../cli/options.ts';
import { decide, type Goal } from '../goal/index.ts';
import { releaseProblem } from '../goal/people.ts';
import type { Wishes } from '../goal/wishes.ts';
import type { DeadEnd } from '../people/dead-end.ts';
import { changesOf } from '../plan/plan.ts';
import { detailsView } from '../screens/details.ts';
import { showDiffs } from '../screens/plan.ts';
import {
  askFor,
  type ImpossibleRoutes,
  openPeopleQuestions,
  pickChoice,
  severalCan,
} from '../screens/questions.ts';
import { askWayOut } from '../screens/way-out.ts';
import { type Back, back } from '../terminal/question.ts';
import type { Context } from './context.ts';
import { askToken, type Comparison, type Need } from './credentials.ts';
import { settleDeclaration } from './declared.ts';
import type { Survey } from './survey.ts';

/** Everything that has been decided so far. Never changed: going back means taking up an earlier one. */
export interface Point {
  survey: Survey;
  wishes: Wishes;
  /** The questions still open, in order. */
  open: ChoiceName[];
  /** Whether to ask about rules by which only some cannot release: once, after answers about people. */
  checkPeople: boolean;
  /** Ids of the offers that were answered. */
  offered: string[];
  /** Whether a question before has offered the details. */
  seen: boolean;
  /** The user wants to change an answer, and has not said which. */
  picking: boolean;
}

/** What is asked next. */
export type Question =
  | { kind: 'choice'; name: ChoiceName }
  | { kind: 'way out'; stuck: DeadEnd }
  /** GitLab or the pipeline contradicts what is declared. */
  | { kind: 'declaration' }
  | { kind: 'pick' }
  | Need
  | { kind: 'plan' };

/** What follows from the choices alone; undefined once all are made, and a plan can be made. */
export function nextChoice({ survey, wishes, open, checkPeople, picking }: Point): Question | undefined {
  const { facts } = survey;
  const goal = decide(facts, wishes);
  const [job] = goal.openJobs;
  if (job !== undefined) return { kind: 'choice', name: job.choice };
  const name = open.find((it) => goal.route.value === 'protected' || !isAboutPeople(it));
  if (name !== undefined) return { kind: 'choice', name };
  if (picking) return { kind: 'pick' };
  const stuck = goal.route.value === 'protected' ? releaseProblem(facts, goal) : undefined;
  return stuck !== undefined && checkPeople ? { kind: 'way out', stuck } : undefined;
}

/** What every question can draw on, besides the point at which it is asked. */
export interface Dialogue {
  context: Context;
  /** The last comparison; undefined before the first one. */
  compared: Comparison | undefined;
  impossible: ImpossibleRoutes;
}

/**
 * Asks a question: the point after it, `back` for the question before, `again` for the same one, or what was
 * decided about the plan.
 */
export async function ask(
  question: Question,
  point: Point,
  dialogue: Dialogue,
): Promise<Point | Back | 'again' | PlanDecision> {
  const { terminal } = dialogue.context;
  const goal = decide(point.survey.facts, point.wishes);
  switch (question.kind) {
    case 'choice':
      return askChoice(question.name, point, goal, dialogue);
    case 'way out': {
      const way = await askWayOut(question.stuck, goal, terminal);
      const wishes = { ...point.wishes, ...way.wishes };
      return { ...point, wishes, open: way.ask, checkPeople: way.keep === undefined };
    }
    case 'declaration': {
      const { facts } = point.survey;
      const adopting = await settleDeclaration(dialogue.context, { facts, wishes: point.wishes, goal });
      return { ...point, wishes: adopting ?? point.wishes };
    }
    case 'pick': {
      const name = await pickChoice(goal, terminal);
      return name === undefined ? back : { ...point, picking: false, open: [name] };
    }
    case 'token': {
      const { context, compared } = dialogue;
      if (compared === undefined) return point;
      return { ...point, survey: await askToken(context, compared, question.index) };
    }
    case 'offer': {
      const { id, question: text } = question.offer;
      const agreed = (await terminal.confirm(text, false)) ? [id] : [];
      const wishes = { ...point.wishes, agreed: [...(point.wishes.agreed ?? []), ...agreed] };
      return { ...point, wishes, offered: [...point.offered, id] };
    }
    case 'plan':
      return askToApply(point, dialogue);
  }
}

async function askChoice(name: ChoiceName, point: Point, goal: Goal, dialogue: Dialogue): Promise<Point> {
  const { impossible, compared, context } = dialogue;
  const { terminal } = context;
  const { facts } = point.survey;
  const showDetails = () => {
    if (compared) terminal.print(...detailsView(compared, compared.plan, terminal));
  };
  const answer = await askFor(name, { facts, goal, terminal, impossible, showDetails });
  const wishes = { ...point.wishes, ...answer };
  const open = [...following(name, answer, decide(facts, wishes)), ...point.open.filter((it) => it !== name)];
  const checkPeople = point.checkPeople || name === 'route' || isAboutPeople(name);
  return { ...point, wishes, open: [...new Set(open)], checkPeople, seen: point.seen || name === 'route' };
}

/** The questions that an answer leads to. */
function following(name: ChoiceName, answer: Wishes, goal: Goal): ChoiceName[] {
  if (name === 'route') return openPeopleQuestions(goal);
  if (name !== 'approver' || answer.approver === undefined) return [];
  return severalCan(answer.approver.value) ? ['approvals'] : [];
}

/** Whether to apply the plan, or to leave everything as it is. */
type PlanDecision = 'go' | 'stop';

type PlanAnswer = PlanDecision | 'diffs' | 'details' | 'change';

/** Nothing has been changed so far; after the diffs the plan is shown once more, to have it in sight. */
async function askToApply(
  point: Point,
  { context, compared }: Dialogue,
): Promise<Point | 'again' | PlanDecision> {
  const { terminal } = context;
  if (compared === undefined) return 'go';
  const { plan } = compared;
  const details = { value: 'details' as const, label: 'Show every fact and check' };
  const answer = await terminal.select<PlanAnswer>(
    `Make ${countOf(changesOf(plan).length)}?\nNothing has been changed so far.`,
    [
      { value: 'go', label: 'Apply', key: 'y' },
      { value: 'diffs', label: 'Show the diffs' },
      // The first question offers the details; without it they are offered here.
      ...(point.seen ? [] : [details]),
      { value: 'change', label: 'Change an answer' },
      { value: 'stop', label: 'Stop', hint: 'leaves everything as it is', key: 'n' },
    ],
    'go',
  );
  switch (answer) {
    case 'change':
      return { ...point, picking: true };
    case 'diffs':
      await showDiffs(plan, terminal);
      return 'again';
    case 'details':
      terminal.print(...detailsView(compared, plan, terminal));
      return 'again';
    default:
      return answer;
  }
}

const countOf = (changes: number) => (changes === 1 ? 'this change' : `these ${changes} changes`);
