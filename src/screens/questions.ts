import { type ChoiceName, questionOf } from '../cli/options.ts';
import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import type { JobChoice } from '../goal/jobs.ts';
import type { Wishes } from '../goal/wishes.ts';
import { accessLevels } from '../kernel/access-level.ts';
import { UserError } from '../kernel/errors.ts';
import { occasionChoices, publishTools, routeLabels, routes } from '../kernel/route.ts';
import { answered, isUndecided } from '../kernel/source.ts';
import { isActive } from '../people/index.ts';
import type { Choice, Terminal } from '../terminal/terminal.ts';
import { choicesOf, occasionLabels } from './choices.ts';

/** The questions with a real choice that neither an option nor the current state answers. */
export function openQuestions(goal: Goal): ChoiceName[] {
  const people = goal.route.value === 'protected';
  return [
    ...(isUndecided(goal.route) ? (['route'] as const) : []),
    ...(goal.ownOccasions.length > 0 && isUndecided(goal.occasions) ? (['occasions'] as const) : []),
    ...(people && isUndecided(goal.deployers) ? (['deployer'] as const) : []),
    ...(people && isUndecided(goal.approvals) ? (['approver'] as const) : []),
  ];
}

/** Asks one question with the current choice preselected; returns the answer as a wish. */
export async function askFor(
  name: ChoiceName,
  facts: Facts,
  goal: Goal,
  terminal: Terminal,
): Promise<Wishes> {
  const question = questionOf(name);
  switch (name) {
    case 'route':
      return {
        route: answered(await terminal.select(question, routeChoices(facts, goal), goal.route.value)),
      };
    case 'deployer':
      return askDeployers(facts, goal, terminal);
    case 'approver':
      return askApprovers(facts, goal, terminal);
    case 'approvals':
      return { approvals: answered(await askCount(goal, terminal)) };
    case 'selfApproval':
      return { selfApproval: answered(await terminal.confirm(question, goal.selfApproval.value)) };
    case 'testpypi':
      return { testpypi: answered(await terminal.confirm(question, goal.testpypi.value)) };
    case 'occasions': {
      const choices = occasionChoices.map((value) => ({ value, label: occasionLabels[value] }));
      return { occasions: answered(await terminal.select(question, choices, goal.occasions.value)) };
    }
    case 'publishWith': {
      const tools = publishTools.map((value) => ({ value, label: value }));
      return { publishWith: answered(await terminal.select(question, tools, goal.publishWith.value)) };
    }
    case 'releaseJob':
    case 'testJob':
    case 'buildJob':
      return askJobs(name, facts, goal, terminal);
    case 'releaseEnvironment':
      return {
        releaseEnvironment: answered(
          await terminal.text(question, goal.releaseEnvironment.value, nameProblem),
        ),
      };
    case 'testEnvironment':
      return {
        testEnvironment: answered(await terminal.text(question, goal.testEnvironment.value, nameProblem)),
      };
  }
}

/** One publishing job, or all that build. If it is ambiguous, only the candidates can be chosen. */
async function askJobs(
  name: JobChoice,
  facts: Facts,
  { openJobs, jobs }: Goal,
  terminal: Terminal,
): Promise<Wishes> {
  const candidates =
    openJobs.find(({ choice }) => choice === name)?.candidates ?? facts.pipeline.reading.jobs;
  const choices = candidates.map((value) => ({ value, label: value }));
  const [first = ''] = candidates;
  const question = questionOf(name);
  if (name === 'buildJob') {
    const initial = jobs.buildJob?.value ?? [first];
    const answer = await terminal.selectMany(question, choices, initial);
    return { buildJob: answered(answer.length > 0 ? answer : initial) };
  }
  const answer = answered(await terminal.select(question, choices, jobs[name]?.value ?? first));
  return name === 'releaseJob' ? { releaseJob: answer } : { testJob: answer };
}

/** Lets the user pick a choice to change, or none after all. */
export async function pickChoice(goal: Goal, terminal: Terminal): Promise<ChoiceName | undefined> {
  const choices = choicesOf(goal).map(({ name, label, value }) => ({
    value: name as ChoiceName | undefined,
    label: `${label}: ${value}`,
  }));
  const back = { value: undefined, label: 'None, go back to the plan' };
  return terminal.select('Which answer do you want to change?', [...choices, back], 'route');
}

function routeChoices(facts: Facts, goal: Goal): Choice<(typeof routes)[number]>[] {
  const possible = routes.filter(
    (route) => route !== 'protected' || facts.gitlab.project.protectedEnvironmentsLicensed,
  );
  return possible.map((value) => ({
    value,
    label: routeLabels[value],
    ...(goal.advice.route === value ? { hint: 'recommended' } : {}),
  }));
}

/** GitLab's rule for names, narrowed to what PyPI's form accepts. */
function nameProblem(name: string): string | undefined {
  if (/^[a-zA-Z0-9\-_/${} ]{1,255}$/.test(name) && !/^\/|\/$/.test(name)) return undefined;
  return 'Letters, digits, spaces and - _ / $ { } only, without a slash at the ends.';
}

/** The error of a run without a terminal that would have to ask. */
export function nobodyToAsk(options: string): UserError {
  return new UserError(
    'no-terminal',
    'There are questions left and no terminal to ask them in.',
    `Give ${options}, or --yes to take every recommendation, or --dry-run to only see the plan.`,
  );
}

/** Asks who may deploy; selecting nobody keeps the current choice. */
async function askDeployers(facts: Facts, goal: Goal, terminal: Terminal): Promise<Wishes> {
  const initial = goal.deployers.value.map(({ option }) => option);
  const choices = peopleChoices(facts, initial).map(withAccessWarning);
  const answer = await terminal.selectMany(questionOf('deployer'), choices, initial);
  return { deployer: answered(answer.length > 0 ? answer : initial) };
}

/** Approvals guard deployments only, so a Developer who may deploy could publish by a job that only accesses the environment. */
function withAccessWarning(choice: Choice<string>): Choice<string> {
  if (choice.value !== 'developers') return choice;
  return { ...choice, hint: 'and Maintainers; each of them could publish alone, without approval' };
}

/** Asks who must approve, and how often if more than once is possible. */
async function askApprovers(facts: Facts, goal: Goal, terminal: Terminal): Promise<Wishes> {
  const initial = goal.approvals.value.map(({ who }) => who.option);
  const answer = await terminal.selectMany(questionOf('approver'), peopleChoices(facts, initial), initial);
  if (answer.length === 0) return { approvals: answered(0) };
  const several = answer.some((option) => !option.startsWith('@'));
  return { approver: answered(answer), approvals: answered(several ? await askCount(goal, terminal) : 1) };
}

/** Asks how many approvals a release needs. */
async function askCount(goal: Goal, terminal: Terminal): Promise<number> {
  const problem = (answer: string) =>
    /^\d{1,2}$/.test(answer) ? undefined : 'A whole number from 0 to 99, please.';
  const present = Math.max(1, ...goal.approvals.value.map(({ required }) => required));
  return Number(await terminal.text(questionOf('approvals'), String(present), problem));
}

/** Roles and groups first, then everyone active with the role Developer or above; chosen ones come first. */
function peopleChoices({ gitlab }: Facts, chosen: string[]): Choice<string>[] {
  const members = gitlab.members.known ? gitlab.members.value : [];
  const able = members.filter((member) => member.accessLevel >= accessLevels.developer && isActive(member));
  const people = able.map(({ username, name }) => ({
    value: `@${username}`,
    // A hint is only shown for the current row, but people are known by their names.
    label: name === '' || name === username ? `@${username}` : `@${username} (${name})`,
  }));
  const isChosen = ({ value }: { value: string }) => chosen.includes(value);
  return [
    { value: 'maintainers', label: 'Maintainers', hint: 'and Owners' },
    { value: 'developers', label: 'Developers', hint: 'and Maintainers' },
    ...gitlab.project.sharedGroups.map(({ path }) => ({ value: `group:${path}`, label: `group ${path}` })),
    ...people.filter(isChosen),
    ...people.filter((person) => !isChosen(person)),
  ];
}
