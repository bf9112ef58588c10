import {
  type GitLabFacts,
  type GroupProtection,
  protectedAs,
  protectedEnvironments,
} from '../../facts/gitlab-project.ts';
import type { Facts } from '../../facts/index.ts';
import { whyUnprotected } from '../../facts/server-version.ts';
import type { Goal } from '../../goal/index.ts';
import { releaseProblem, releaseRules } from '../../goal/people.ts';
import type { ReleaseRules } from '../../people/dead-end.ts';
import { namesOf, peopleOf, pushersBelow } from '../../people/index.ts';
import { deployersAmong } from '../../people/threats.ts';
import { approvalLabels, approvalOf, labels, membersOf, sameWho, type Who, whoOf } from '../../people/who.ts';
import type { AccessRule, ApprovalRule, ProtectedEnvironment, ProtectionRules } from '../../ports/gitlab.ts';
import { compare, type Difference } from '../difference.ts';
import { type Finding, fixable, ok, unfixable, unreadable } from '../finding.ts';
import { rereading, type Setting, type Situation, type Step } from './setting.ts';

/**
 * Who may deploy to the release environment, and who must approve: https://docs.gitlab.com/api/protected_environments/
 */
export const protectedEnvironment: Setting = {
  id: 'protected-environment:release',
  kind: 'protected-environment',
  title: 'Who can release, who approves',
  dependsOn: [],
  inspect,
  reread: rereading('protectedEnvironments', (gitlab, id) => protectedEnvironments(gitlab, id)),
};

function inspect({ facts, goal }: Situation): Finding {
  const { protectedEnvironments: all, project } = facts.gitlab;
  const name = goal.releaseEnvironment.value;
  const manual = manualWay(facts, goal);
  if (!project.protectedEnvironmentsLicensed) return unavailable(whyUnprotected(facts.gitlab));
  if (!all.known) return unreadable('protected environments', all.reason);
  const existing = protectedAs(facts.gitlab, name);
  const differences = compareRules(existing, facts, goal);
  const stuck = releaseProblem(facts, goal);
  const notes = notesFor(facts, goal);
  if (stuck?.total && (existing === undefined || differences.length > 0))
    return unfixable('blocked', stuck.message, { manual: stuck.hint, differences, notes });
  if (existing === undefined) {
    const steps = [protection(project.id, goal)];
    return fixable('missing', `Anybody who can run a job may deploy to ${name}.`, {
      manual,
      steps,
      differences,
      notes,
    });
  }
  if (differences.length > 0) {
    const steps = [repair(project.id, existing, goal)];
    return fixable('different', `The protection of ${name} differs.`, { manual, steps, differences, notes });
  }
  if (stuck?.total) return unfixable('manual', stuck.message, { manual: stuck.hint, notes });
  const { members } = facts.gitlab;
  const unjudged = members.known
    ? []
    : [`Whether enough people can release could not be checked: ${members.reason}`];
  return ok(
    `Deployers of ${name}: ${labels(goal.deployers.value)}; approvals: ${approvalLabels(goal.approvals.value)}.`,
    { notes: [...notes, ...unjudged] },
  );
}

function unavailable(why: string): Finding {
  return unfixable('unavailable', why, {
    manual:
      "Run again with '--route trusted', or bring the project under Premium, Ultimate or GitLab for Open Source (https://about.gitlab.com/solutions/open-source/).",
  });
}

function compareRules(existing: ProtectedEnvironment | undefined, facts: Facts, goal: Goal): Difference[] {
  const deployers = existing?.deployAccessLevels.map((row) => whoOf(row, facts.gitlab)) ?? [];
  const approvals = existing?.approvalRules.map((row) => approvalOf(row, facts.gitlab));
  return compare([
    [{ of: 'deployers' }, existing && { who: deployers }, { who: goal.deployers.value }],
    [{ of: 'approvals' }, approvals && { approvals }, { approvals: goal.approvals.value }],
  ]);
}

/** Other things that affect a release: people who could start one but are stuck, and group rules. */
function notesFor(facts: Facts, goal: Goal): string[] {
  const rules = releaseRules(goal);
  const stuck = releaseProblem(facts, goal);
  const partly = stuck === undefined || stuck.total ? [] : [`${stuck.message} ${stuck.hint}`];
  return [
    ...partly,
    ...deployerNotes(facts.gitlab, rules.deployers, goal.releaseEnvironment.value),
    ...approverNotes(facts.gitlab, rules),
    ...groupNotes(facts.gitlab),
  ];
}

function protection(projectId: number, goal: Goal): Step {
  const name = goal.releaseEnvironment.value;
  const rules: ProtectionRules = {
    deployAccessLevels: goal.deployers.value.map(({ rule }) => rule),
    approvalRules: goal.approvals.value.map(({ who, required }) => ({
      ...who.rule,
      requiredApprovals: required,
    })),
  };
  return {
    label: `protect the environment ${name}`,
    run: ({ gitlab }) => gitlab.protectEnvironment(projectId, name, rules),
  };
}

/** A single request, so that there is always a deployer: additions and removals together. */
function repair(projectId: number, existing: ProtectedEnvironment, goal: Goal): Step {
  const deployAccessLevels = changesOf(
    existing.deployAccessLevels,
    goal.deployers.value.map(({ rule }) => rule),
  );
  const wanted = goal.approvals.value.map(({ who, required }) => ({
    ...who.rule,
    requiredApprovals: required,
  }));
  const approvalRules = approvalChanges(existing.approvalRules, wanted);
  const { name } = existing;
  return {
    label: `update the protection of ${name}`,
    run: ({ gitlab }) =>
      gitlab.updateProtectedEnvironment(projectId, name, { deployAccessLevels, approvalRules }),
  };
}

function changesOf<T extends AccessRule>(existing: T[], wanted: T[]): T[] {
  const gone = existing.filter((row, index) => isUnwanted(row, index, existing, wanted));
  const added = wanted.filter((rule) => !existing.some((row) => sameWho(row, rule)));
  return [...added, ...gone.map((row) => ({ ...row, destroy: true }))];
}

function approvalChanges(existing: ApprovalRule[], wanted: ApprovalRule[]): ApprovalRule[] {
  const changed = wanted.flatMap((rule) => {
    const row = existing.find((candidate) => sameWho(candidate, rule));
    return row?.id !== undefined && row.requiredApprovals !== rule.requiredApprovals
      ? [{ ...rule, id: row.id }]
      : [];
  });
  return [...changesOf(existing, wanted), ...changed];
}

/** Not wanted, or a duplicate row for the same people. */
function isUnwanted<T extends AccessRule>(row: T, index: number, existing: T[], wanted: T[]): boolean {
  const twin = existing.findIndex((other) => sameWho(other, row));
  return twin < index || !wanted.some((rule) => sameWho(rule, row));
}

function manualWay(facts: Facts, goal: Goal): string {
  const { webUrl } = facts.gitlab.project;
  return `Open ${webUrl}/-/settings/ci_cd, section 'Protected environments', protect '${goal.releaseEnvironment.value}', allowed to deploy: ${labels(goal.deployers.value)}; approvers: ${approvalLabels(goal.approvals.value)}.`;
}

/**
 * Approvers who are not also deployers. GitLab's documentation requires them to be, while its own examples have
 * approvers who are not: https://docs.gitlab.com/ci/environments/deployment_approvals/#approve-or-reject-a-deployment
 */
function approverNotes({ members }: Pick<GitLabFacts, 'members'>, rules: ReleaseRules): string[] {
  if (!members.known) return [];
  const all = members.value;
  const deployers = new Set(rules.deployers.flatMap((who) => membersOf(who, all) ?? []));
  const deploys = (who: Who) =>
    rules.deployers.some(({ rule }) => sameWho(rule, who.rule)) ||
    (membersOf(who, all)?.every((member) => deployers.has(member)) ?? false);
  const others = rules.approvals.filter(({ who }) => !deploys(who)).map(({ who }) => who.label);
  if (others.length === 0) return [];
  return [
    `Not all of ${others.join(', ')} may deploy, and GitLab may accept an approval only of who may: if it refuses one, name them with '--deployer' too.`,
  ];
}

/**
 * Advises against deployers below Maintainer: only deployments need approval, and a job can be in an environment
 * without making one. A Maintainer could lift the protection too, but that would show in the audit log.
 */
function deployerNotes(facts: GitLabFacts, deployers: Who[], environment: string): string[] {
  const people = peopleOf(facts);
  if (people === undefined) return [];
  const below = deployersAmong(deployers, pushersBelow(people, facts.protectedBranches));
  if (below.length === 0) return [];
  const are = below.length === 1 ? 'is below Maintainer and' : 'are below Maintainer and each of them';
  return [
    `${namesOf(below)} ${are} can publish alone, without any approval: with a job on a branch that only accesses ${environment} ('action: access'), since approvals guard deployments only. Let only Maintainers deploy.`,
  ];
}

/**
 * The rules of the groups above the project for the tier `production`, which a release must satisfy in addition to the
 * project's: https://docs.gitlab.com/ci/environments/protected_environments/#group-level-protected-environments
 */
function groupNotes(facts: Pick<GitLabFacts, 'groupProtections' | 'members' | 'project'>): string[] {
  return facts.groupProtections.flatMap((protection) => noteOf(protection, facts));
}

function noteOf({ group, environments }: GroupProtection, facts: Parameters<typeof groupNotes>[0]): string[] {
  if (!environments.known) {
    return [
      `Whether the group ${group} has rules for the tier production too could not be read; its Owners may read them. ${environments.reason}`,
    ];
  }
  const rule = environments.value.find(({ name }) => name === 'production');
  if (rule === undefined) return [];
  const deployers = labels(rule.deployAccessLevels.map((row) => whoOf(row, facts)));
  const approvals = approvalLabels(rule.approvalRules.map((row) => approvalOf(row, facts)));
  return [
    `The group ${group} protects the tier production too, and a release must meet both: deployers ${deployers}; approvals ${approvals}.`,
  ];
}
