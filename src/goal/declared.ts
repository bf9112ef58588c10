import { isAboutPeople } from '../cli/options.ts';
import { isWish, type Source } from '../kernel/source.ts';
import { type Approval, declaredName, type Who } from '../people/who.ts';
import {
  type Declaration,
  type Declared,
  type DeclaredName,
  declarationDefaults,
  declarationTable,
} from '../python/declaration.ts';
import type { Goal } from './index.ts';
import type { Wishes } from './wishes.ts';

/**
 * The wishes, with what the project declares for whatever this run does not choose or adopt. A table with a route is
 * complete: a key that it does not have stands for its default.
 */
export function withDeclared(wishes: Wishes, { path, choices }: Declaration): Wishes {
  if (path === undefined) return wishes;
  const source: Source = { by: 'declared', path, table: declarationTable[path] };
  const declared = { ...impliedBy(choices), ...choices };
  const adopted: readonly string[] = wishes.adopted ?? [];
  const kept = Object.entries(declared)
    .filter(([name]) => !adopted.includes(name))
    .map(([name, value]) => [name, { value, source }]);
  const merged: Wishes = { ...Object.fromEntries(kept), ...wishes };
  // Approvers that were chosen just now are meant to approve, whatever was declared before.
  if (
    merged.approver &&
    isWish(merged.approver) &&
    merged.approvals?.value === 0 &&
    !isWish(merged.approvals)
  )
    delete merged.approvals;
  return merged;
}

function impliedBy({ route }: Declared): Declared {
  if (route === undefined) return {};
  if (route === 'protected') return declarationDefaults;
  const others = Object.entries(declarationDefaults).filter(([name]) => !aboutPeople(name as DeclaredName));
  return Object.fromEntries(others);
}

const aboutPeople = (name: DeclaredName) => name !== 'customIssuer' && isAboutPeople(name);

/** A goal as the project declares it, defaults included; what does not matter on its route is left out. */
export function declarationOf(goal: Goal): Declared {
  const { releaseJob, testJob, buildJob } = goal.jobs;
  return {
    route: goal.route.value,
    ...(goal.route.value === 'protected' ? peopleOf(goal) : {}),
    releaseEnvironment: goal.releaseEnvironment.value,
    testpypi: goal.testpypi.value,
    ...(goal.testpypi.value ? { testEnvironment: goal.testEnvironment.value } : {}),
    occasions: goal.occasions.value,
    publishWith: goal.publishWith.value,
    // Without a key, what is recommended may change with the next release.
    ...(goal.attest.source.by === 'default' ? {} : { attest: goal.attest.value }),
    ...(releaseJob ? { releaseJob: releaseJob.value } : {}),
    ...(testJob ? { testJob: testJob.value } : {}),
    ...(buildJob ? { buildJob: buildJob.value } : {}),
    customIssuer: goal.customIssuer.value,
  };
}

function peopleOf({ deployers, approvals, selfApproval }: Goal): Declared {
  return {
    deployer: deployers.value.map(declaredName),
    ...approversOf(approvals.value),
    selfApproval: selfApproval.value,
  };
}

/** One number for all of them where they agree in it, else each with its own: 'maintainers (2)'. */
function approversOf(approvals: Approval[]): Declared {
  if (approvals.length === 0) return { approvals: 0 };
  // A person can approve only once, whatever the number.
  const [number = 1, ...others] = new Set(approvals.filter(severalIn).map(({ required }) => required));
  if (others.length === 0)
    return { approver: approvals.map(({ who }) => declaredName(who)), approvals: number };
  const approver = approvals.map(
    (it) => `${declaredName(it.who)}${severalIn(it) ? ` (${it.required})` : ''}`,
  );
  return { approver, approvals: 1 };
}

const severalIn = ({ who }: { who: Who }) => who.rule.userId === undefined;

/** A declared approver, with its own number of approvals if it has one. */
export function declaredApprover(text: string): { name: string; required: number | undefined } {
  const [, name = text, required] = /^(.*?) \((\d{1,2})\)$/.exec(text) ?? [];
  return { name, required: required === undefined ? undefined : Number(required) };
}
