import { type Choices, flagOf, type Values } from '../cli/options.ts';
import type { Source, Sourced } from '../kernel/source.ts';
import { type DeclaredName, declaredNames } from '../python/declaration.ts';
import type { Goal } from './index.ts';

/** What the user chose, by option or in answer to a question; each value records which. */
export interface Wishes extends AllSourced<Pick<Values, WishName>> {
  /** Declared choices that give way to what is there now. */
  adopted?: DeclaredName[];
  /** Ids of the offers that the user has accepted; there is no option for this. */
  agreed?: string[];
}

/** What is declared in the project, and how this run's edits reach it. */
type WishName = DeclaredName | 'deliver';

type AllSourced<T> = { [N in keyof T]?: Sourced<NonNullable<T[N]>> };

/** The choices made on the command line. */
export function wishesOf(options: Partial<Pick<Values, WishName>>): Wishes {
  return withSources(options, [...declaredNames, 'deliver'], (name, value) =>
    optionSource(name, value === false),
  );
}

/** The option as typed, `no-testpypi` for a switch turned off. */
const optionSource = (name: WishName, turnedOff: boolean): Source => ({
  by: 'option',
  name: flagOf(name, turnedOff).slice(2),
});

function withSources<T extends object, N extends keyof T>(
  given: T,
  names: readonly N[],
  sourceOf: (name: N, value: T[N]) => Source,
): AllSourced<T> {
  const sourced: AllSourced<T> = {};
  for (const name of names) {
    const value = given[name];
    if (value !== undefined && value !== null) sourced[name] = { value, source: sourceOf(name, value) };
  }
  return sourced;
}

/** A goal's choices as option values, without the defaults. */
export function plainChoices(goal: Goal): Partial<Choices> {
  const { route, releaseEnvironment, testEnvironment, testpypi, publishWith } = goal;
  const { releaseJob, testJob, buildJob } = goal.jobs;
  return {
    route: route.value,
    ...(route.value === 'protected' ? aboutPeople(goal) : {}),
    ...(releaseEnvironment.value === 'release' ? {} : { releaseEnvironment: releaseEnvironment.value }),
    ...(testpypi.value ? {} : { testpypi: false }),
    ...(testEnvironment.value === 'release-test' ? {} : { testEnvironment: testEnvironment.value }),
    publishWith: publishWith.value,
    ...(goal.attest.source.by === 'default' ? {} : { attest: goal.attest.value }),
    ...(goal.occasions.value === 'own' ? {} : { occasions: goal.occasions.value }),
    ...(goal.deliver.value === 'working-tree' ? {} : { deliver: goal.deliver.value }),
    ...(releaseJob ? { releaseJob: releaseJob.value } : {}),
    ...(testJob ? { testJob: testJob.value } : {}),
    ...(buildJob ? { buildJob: buildJob.value } : {}),
  };
}

/** Leaves out people whom no option can name (a user who left, a group no longer invited). */
function aboutPeople({ deployers, approvals, selfApproval }: Goal): Partial<Choices> {
  const named = (options: string[]) => options.filter((option) => option !== '');
  return {
    deployer: named(deployers.value.map(({ option }) => option)),
    approver: named(approvals.value.map(({ who }) => who.option)),
    approvals: Math.max(0, ...approvals.value.map(({ required }) => required)),
    ...(selfApproval.value ? { selfApproval: true } : {}),
  };
}
