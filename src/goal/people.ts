import { flagOf } from '../cli/options.ts';
import { protectedAs } from '../facts/gitlab-project.ts';
import type { Facts } from '../facts/index.ts';
import { accessLevels } from '../kernel/access-level.ts';
import { UserError } from '../kernel/errors.ts';
import { fromGitLab, isDeclared, isWish, type Sourced, sourceText } from '../kernel/source.ts';
import { type DeadEnd, deadEnd, lockOut, type ReleaseRules } from '../people/dead-end.ts';
import { peopleOf } from '../people/index.ts';
import {
  type Approval,
  approvalOf,
  findDeclared,
  findWho,
  maintainers,
  sameWho,
  type Who,
  whoOf,
} from '../people/who.ts';
import type { AccessRule } from '../ports/gitlab.ts';
import { declaredApprover } from './declared.ts';
import type { Goal } from './index.ts';
import type { Wishes } from './wishes.ts';

/** The rules for approving and deploying a release. */
export function releaseRules({ deployers, approvals, selfApproval }: Goal): ReleaseRules {
  return { deployers: deployers.value, approvals: approvals.value, selfApproval: selfApproval.value };
}

/** Why the wanted rules of the release environment would keep people out; undefined if they keep out nobody. */
export function releaseProblem({ gitlab }: Pick<Facts, 'gitlab'>, goal: Goal): DeadEnd | undefined {
  const existing = protectedAs(gitlab, goal.releaseEnvironment.value);
  const before = existing?.deployAccessLevels.map((row) => whoOf(row, gitlab));
  return lockOut(gitlab, goal.deployers.value, before) ?? deadEnd(gitlab, releaseRules(goal));
}

/**
 * Who may deploy to the release environment: the user's choice, else the declared one, else today's deployers, else
 * Maintainers.
 */
export function chooseDeployers(facts: Facts, wishes: Wishes, environment: string): Sourced<Who[]> {
  const { deployer, adopted } = wishes;
  if (deployer)
    return { ...deployer, value: deployer.value.map((text) => whoIs(text, 'deployer', deployer, facts)) };
  const keepsAll = facts.pipeline.reading.developersDeploy || adopted?.includes('deployer');
  const found = protectedAs(facts.gitlab, environment)?.deployAccessLevels ?? [];
  const rows = keepsAll ? found : withoutLooseRoles(found);
  if (rows.length > 0) {
    return {
      value: rows.map((row) => whoOf(row, facts.gitlab)),
      source: fromGitLab({ kind: 'protected environment', name: environment }),
    };
  }
  return { value: [maintainers], source: { by: 'default' } };
}

/** A person, role or group by name. For a declared one that is not there the error says where it is named. */
function whoIs(
  text: string,
  name: 'deployer' | 'approver',
  choice: Sourced<unknown>,
  { gitlab }: Facts,
): Who {
  if (!isDeclared(choice)) return findWho(text, gitlab);
  try {
    return findDeclared(text, gitlab);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const where = `${sourceText(choice.source)}, '${name}'`;
    const hint = `${error.hint} Change it there, or choose with ${flagOf(name)}.`;
    throw new UserError(error.code, `${where}: ${error.message}`, hint, { cause: error });
  }
}

/** Where others stay beside a role below Maintainer, Maintainers take its place, or they could not deploy any more. */
function withoutLooseRoles(rows: AccessRule[]): AccessRule[] {
  const kept = rows.filter(isNoLooserThanMaintainer);
  const isReplaced = kept.length > 0 && kept.length < rows.length;
  const hasMaintainers = kept.some(({ accessLevel }) => accessLevel === accessLevels.maintainer);
  return isReplaced && !hasMaintainers ? [...kept, maintainers.rule] : kept;
}

/** A role below Maintainer lets in the very people it protects from, so only an explicit choice may ask for it. */
function isNoLooserThanMaintainer(row: { accessLevel?: number }): boolean {
  return row.accessLevel === undefined || row.accessLevel >= accessLevels.maintainer;
}

/**
 * Who must approve: the user's choice, else the declared one, else today's rules, else one Maintainer if there are two.
 */
export function chooseApprovals(facts: Facts, wishes: Wishes, environment: string): Sourced<Approval[]> {
  const rules = protectedAs(facts.gitlab, environment)?.approvalRules;
  const found = rules?.map((row) => approvalOf(row, facts.gitlab));
  const { approvals, approver } = wishes;
  // The choice of this run counts as the source of both.
  const choice = [approver, approvals].find((it) => it && isWish(it)) ?? approver ?? approvals;
  if (choice === undefined) return foundOrDefaultApprovals(facts, found, environment);
  const { source } = choice;
  if (approvals?.value === 0) return { value: [], source: approvals.source };
  const named = approver?.value.map((text) => {
    const { name, required } = isDeclared(approver) ? declaredApprover(text) : { name: text };
    return { who: whoIs(name, 'approver', approver, facts), required };
  });
  const people = named ?? found ?? [];
  const before = (person: Who) => found?.find(({ who: one }) => sameWho(one.rule, person.rule))?.required;
  const own = (required: number | undefined) => (approvals && isWish(approvals) ? undefined : required);
  const number = (person: Who) => approvals?.value ?? before(person) ?? 1;
  const all = people.length > 0 ? people : [{ who: maintainers, required: undefined }];
  const value = all.map(({ who, required }) =>
    approvalBy(who, (named ? own(required) : undefined) ?? number(who)),
  );
  return { value, source };
}

/** A user can approve only once, so the number only applies to roles and groups. */
function approvalBy(who: Who, required: number): Approval {
  return { who, required: who.rule.userId === undefined ? required : 1 };
}

function foundOrDefaultApprovals(
  facts: Facts,
  found: Approval[] | undefined,
  environment: string,
): Sourced<Approval[]> {
  if (found)
    return { value: found, source: fromGitLab({ kind: 'protected environment', name: environment }) };
  const approvals = [{ who: maintainers, required: 1 }];
  const people = peopleOf(facts.gitlab);
  const two = people !== undefined && people.maintainers.length >= 2;
  // The group's own rules may already use up everyone who could approve.
  const stuck = deadEnd(facts.gitlab, { deployers: [maintainers], approvals, selfApproval: false });
  return { value: two && !stuck?.total ? approvals : [], source: { by: 'default' } };
}

/**
 * Whether the person who starts a release may approve it: the user's choice, else the declared one, else the project's
 * setting.
 */
export function chooseSelfApproval({ gitlab }: Facts, wishes: Wishes): Sourced<boolean> {
  const { triggererMayApprove, path } = gitlab.project;
  return (
    wishes.selfApproval ?? {
      value: triggererMayApprove === true,
      source: fromGitLab({ kind: 'project', path }),
    }
  );
}
