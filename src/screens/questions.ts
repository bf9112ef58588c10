import { type ChoiceName, questionOf } from '../cli/options.ts';
import type { Facts } from '../facts/index.ts';
import { twineElsewhere } from '../goal/choose.ts';
import { mayNotPush } from '../goal/delivery.ts';
import type { Goal } from '../goal/index.ts';
import type { JobChoice } from '../goal/jobs.ts';
import type { Wishes } from '../goal/wishes.ts';
import { accessLevels } from '../kernel/access-level.ts';
import { UserError } from '../kernel/errors.ts';
import {
  type Delivery,
  occasionChoices,
  type PublishTool,
  publishTools,
  type Route,
  routes,
} from '../kernel/route.ts';
import { answered, isUndecided, type Sourced } from '../kernel/source.ts';
import { isActive } from '../people/index.ts';
import type { Choice, Terminal } from '../terminal/terminal.ts';
import { choicesOf, occasionLabels } from './choices.ts';
import { consequenceOf, routeName } from './routes.ts';

/** The questions with a real choice that neither an option nor the current state answers. */
export function openQuestions(goal: Goal): ChoiceName[] {
  return [
    ...(isUndecided(goal.route) ? (['route'] as const) : []),
    ...(goal.ownOccasions.length > 0 && isUndecided(goal.occasions) ? (['occasions'] as const) : []),
    ...openPeopleQuestions(goal),
    ...(goal.attest.source.by === 'recommended' ? (['attest'] as const) : []),
    // The usual way needs no question; it can be changed before anything is.
    ...(goal.deliver.source.by === 'recommended' ? (['deliver'] as const) : []),
  ];
}

/** Those about people, which only matter if a protected environment is set up. */
export function openPeopleQuestions(goal: Goal): ChoiceName[] {
  if (goal.route.value !== 'protected') return [];
  return [
    ...(isUndecided(goal.deployers) ? (['deployer'] as const) : []),
    ...(isUndecided(goal.approvals) ? (['approver'] as const) : []),
  ];
}

/** The routes that cannot be had here, each with the reason. */
export type ImpossibleRoutes = Partial<Record<Route, string>>;

/** What a question is asked with. */
export interface Asking {
  facts: Facts;
  goal: Goal;
  terminal: Terminal;
  impossible: ImpossibleRoutes;
  /** Shows every fact; undefined once that is no longer of use. */
  showDetails: () => void;
}

/** Asks one question with the current choice preselected; returns the answer as a wish. */
export async function askFor(name: ChoiceName, asking: Asking): Promise<Wishes> {
  const { facts, goal, terminal } = asking;
  const question = questionOf(name);
  switch (name) {
    case 'route':
      return { route: answered(await askRoute(asking)) };
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
    case 'attest':
      return { attest: answered(await terminal.confirm(question, goal.attest.value)) };
    case 'occasions': {
      const choices = occasionChoices.map((value) => ({ value, label: occasionLabels[value] }));
      return { occasions: answered(await terminal.select(question, choices, goal.occasions.value)) };
    }
    case 'publishWith': {
      const tools = publishTools.map((value) => ({ value, label: value, ...toolHints(value, goal) }));
      return { publishWith: answered(await terminal.select(question, tools, goal.publishWith.value)) };
    }
    case 'deliver': {
      const choice = await terminal.select(question, deliveryChoices(facts), goal.deliver.value);
      return { deliver: answered(choice) };
    }
    case 'releaseJob':
    case 'testJob':
    case 'buildJob':
      return askJobs(name, facts, goal, terminal);
    case 'releaseEnvironment':
      return { releaseEnvironment: await askEnvironment(name, goal, terminal) };
    case 'testEnvironment':
      return { testEnvironment: await askEnvironment(name, goal, terminal) };
  }
}

/** Every route with what follows from it; those that cannot be had are shown with the reason. */
async function askRoute({ facts, goal, terminal, impossible, showDetails }: Asking): Promise<Route> {
  const choices = routes.map((value) => ({
    value,
    label: `${routeName(value, goal)}${goal.advice.route === value ? ' (recommended)' : ''}`,
    hint: consequenceOf(value, facts, goal),
    disabled: impossible[value],
  }));
  const possible = choices.filter(({ disabled }) => disabled === undefined);
  const initial = possible.find(({ value }) => value === goal.route.value) ?? possible[0];
  const details = { value: 'details' as const, label: 'Show details', hint: 'every fact, check and person' };
  for (;;) {
    const answer = await terminal.select<Route | 'details'>(
      questionOf('route'),
      [...choices, details],
      initial?.value ?? 'details',
    );
    if (answer !== 'details') return answer;
    showDetails();
  }
}

/** Only uv can use a Trusted Publisher on another index. */
function toolHints(tool: PublishTool, { route, indexes }: Goal): Pick<Choice<unknown>, 'hint' | 'disabled'> {
  if (tool === 'uv') return { hint: 'needs no extra pip install' };
  const others = route.value !== 'token' && indexes.some(({ official }) => !official);
  return { hint: 'installed by pip', disabled: others ? twineElsewhere : undefined };
}

async function askEnvironment(
  name: 'releaseEnvironment' | 'testEnvironment',
  goal: Goal,
  terminal: Terminal,
): Promise<Sourced<string>> {
  const other = name === 'releaseEnvironment' ? goal.testEnvironment : goal.releaseEnvironment;
  const problem = (text: string) =>
    text === other.value
      ? 'Releases and test uploads need different environments: PyPI and TestPyPI each trust one.'
      : nameProblem(text);
  return answered(await terminal.text(questionOf(name), goal[name].value, problem));
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
  const none = { value: undefined, label: 'None, go back to the plan' };
  return terminal.select('Which answer do you want to change?', [...choices, none], 'route');
}

function deliveryChoices(facts: Facts): Choice<Delivery>[] {
  const branch = facts.gitlab.project.defaultBranch ?? 'the default branch';
  const hint = mayNotPush(facts) ? { hint: `recommended, as you may not push to ${branch}` } : {};
  return [
    { value: 'working-tree', label: 'Edit the files here', hint: 'you commit and push them' },
    { value: 'merge-request', label: `Open a merge request into ${branch}`, ...hint },
  ];
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
    'Some questions need answers, but this is not an interactive terminal.',
    `Add --yes to accept every recommendation, --dry-run to only see the plan${options === '' ? '' : `, or decide yourself with ${options}`}.`,
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
  return { ...choice, hint: 'and Maintainers; each could publish alone, without approval' };
}

/** Asks who must approve; how often is a question of its own, if more than once is possible. */
async function askApprovers(facts: Facts, goal: Goal, terminal: Terminal): Promise<Wishes> {
  const initial = goal.approvals.value.map(({ who }) => who.option);
  const answer = await terminal.selectMany(questionOf('approver'), peopleChoices(facts, initial), initial);
  if (answer.length === 0) return { approvals: answered(0) };
  return { approver: answered(answer), approvals: answered(severalCan(answer) ? required(goal) : 1) };
}

/** A person approves once; a role or group may have to several times. */
export const severalCan = (approvers: string[]): boolean =>
  approvers.some((option) => !option.startsWith('@'));

const required = (goal: Goal) => Math.max(1, ...goal.approvals.value.map((approval) => approval.required));

/** Asks how many approvals a release needs. */
async function askCount(goal: Goal, terminal: Terminal): Promise<number> {
  const problem = (answer: string) =>
    /^\d{1,2}$/.test(answer) ? undefined : 'Please type a number from 0 to 99.';
  return Number(await terminal.text(questionOf('approvals'), String(required(goal)), problem));
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
