import { questionOf } from '../cli/options.ts';
import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import type { Wishes } from '../goal/wishes.ts';
import { accessLevels } from '../kernel/access-level.ts';
import { answered } from '../kernel/source.ts';
import { isActive } from '../people/index.ts';
import type { Choice, Terminal } from '../terminal/terminal.ts';

/** Asks who may deploy; selecting nobody keeps the current choice. */
export async function askDeployers(facts: Facts, goal: Goal, terminal: Terminal): Promise<Wishes> {
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
export async function askApprovers(facts: Facts, goal: Goal, terminal: Terminal): Promise<Wishes> {
  const initial = goal.approvals.value.map(({ who }) => who.option);
  const answer = await terminal.selectMany(questionOf('approver'), peopleChoices(facts, initial), initial);
  if (answer.length === 0) return { approvals: answered(0) };
  const several = answer.some((option) => !option.startsWith('@'));
  return { approver: answered(answer), approvals: answered(several ? await askCount(goal, terminal) : 1) };
}

/** Asks how many approvals a release needs. */
export async function askCount(goal: Goal, terminal: Terminal): Promise<number> {
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
