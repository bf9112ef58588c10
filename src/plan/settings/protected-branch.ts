import type { Facts } from '../../facts/index.ts';
import type { Goal } from '../../goal/index.ts';
import { fitsPattern } from '../../kernel/wildcard.ts';
import type { AccessRule, GitLab, Member, Project, ProtectedBranch } from '../../ports/gitlab.ts';
import { compare } from '../difference.ts';
import { type Finding, fixable, ok, unfixable, unreadable } from '../finding.ts';
import {
  isLooseRole,
  maintainersOnly,
  rowLabels,
  rowsProblem,
  sameRows,
  tighten,
  unknownPeopleNote,
  whoOfRow,
} from './access-rows.ts';
import { lockOut } from './lock-out.ts';
import { byHand, isEnterprise, lostRows, replaceRule } from './replace-rule.ts';
import { rereading, type Setting, type Situation, type Step } from './setting.ts';

/**
 * Nobody below Maintainer pushes to the default branch, and nobody force-pushes:
 * https://docs.gitlab.com/api/protected_branches/
 */
export const protectedBranch: Setting = {
  id: 'protected-branch',
  kind: 'protected-branch',
  title: 'Default branch is protected',
  dependsOn: [],
  inspect,
  reread: rereading('protectedBranches', (gitlab, id) => gitlab.protectedBranches(id)),
};

function inspect({ facts, goal }: Situation): Finding {
  const { protectedBranches: branches, project, members: all } = facts.gitlab;
  const name = project.defaultBranch ?? 'main';
  const members = all.known ? all.value : [];
  if (!branches.known) return unreadable('protected branches', branches.reason);
  const manual = `Open ${project.webUrl}/-/settings/repository, section 'Protected branches', and let only Maintainers push to '${name}', without force push.`;
  // If several rules match a branch, the most permissive wins.
  const matching = branches.value.filter((rule) => fitsPattern(name, rule.name));
  if (matching.length === 0) {
    const differences = compare([
      [
        { of: 'branch', pattern: name, part: 'rule' },
        null,
        'push: Maintainers; merge: Maintainers; no force push',
      ],
    ]);
    const message = `The default branch ${name} is not protected.`;
    const locked = lockOut(`A protection of ${name}`, undefined, maintainersOnly, facts.gitlab);
    if (locked !== undefined) return unfixable('blocked', message, { manual: locked, differences });
    return fixable('missing', message, {
      manual,
      differences,
      steps: [protection(project, name)],
      verify: (after) => verify(name, { push: maintainersOnly, merge: maintainersOnly }, after),
    });
  }
  const loose = matching.filter((rule) => compareRule(rule, members).length > 0);
  const notes = notesFor(matching, name, project, goal);
  if (loose.length === 0) return ok(`Only Maintainers push to ${name}.`, { notes });
  const message = `The protection of ${name} is looser than it should be.`;
  const differences = loose.flatMap((rule) => compareRule(rule, members));
  const others = loose.filter((rule) => rule.name !== name || rule.inherited);
  // Changing this rule alone is useless while another one admits the same people.
  if (others.length > 0)
    return unfixable('blocked', message, {
      manual: others.map(elsewhere(facts)).join(' '),
      differences,
      notes,
    });
  const [rule] = loose as [ProtectedBranch];
  const push = tighten(rule.pushAccessLevels, members);
  const obstacle = obstacleOf(rule, push, facts);
  if (obstacle !== undefined) return unfixable('blocked', message, { manual: obstacle, differences, notes });
  return fixable('different', message, {
    manual,
    differences,
    steps: [repair(facts, rule, push)],
    notes,
    verify: (after) => verify(name, { push, merge: rule.mergeAccessLevels }, after),
  });
}

/** Why the rule is not changed here, and what to do about it. */
function obstacleOf(rule: ProtectedBranch, push: AccessRule[], { gitlab }: Facts): string | undefined {
  const what = `The rule for ${rule.name}`;
  const page = `${gitlab.project.webUrl}/-/settings/repository, section 'Protected branches',`;
  const lists = [push, rule.mergeAccessLevels, rule.unprotectAccessLevels];
  const lost = isRecreated(rule, push, gitlab) ? lostRows(lists, gitlab) : [];
  return lost.length > 0
    ? byHand(what, push, lost, page)
    : lockOut(what, rule.pushAccessLevels, push, gitlab);
}

/** On Community Edition, who may push can only be changed by recreating the rule. */
function isRecreated(rule: ProtectedBranch, push: AccessRule[], gitlab: Facts['gitlab']): boolean {
  return !sameRows(rule.pushAccessLevels, push) && !isEnterprise(gitlab);
}

function verify(
  name: string,
  { push, merge }: Record<'push' | 'merge', AccessRule[]>,
  { facts }: Situation,
): string | undefined {
  const { protectedBranches: branches } = facts.gitlab;
  if (!branches.known) return undefined;
  const now = branches.value.find((it) => it.name === name && !it.inherited);
  const problems = [
    rowsProblem(`Pushing to ${name}`, push, now?.pushAccessLevels),
    rowsProblem(`Merging into ${name}`, merge, now?.mergeAccessLevels),
  ];
  return problems.filter((it) => it !== undefined).join(' ') || undefined;
}

/** Who can change a rule other than the default branch's own, and why it is not changed here. */
function elsewhere({ gitlab }: Facts): (rule: ProtectedBranch) => string {
  const { path, webUrl } = gitlab.project;
  const group = path.split('/')[0];
  return ({ name, inherited }) =>
    inherited
      ? `The rule for ${name} comes from the group ${group}, and only its Owners can change it: ${gitlab.url.value}/groups/${group}/-/settings/repository, section 'Protected branches'.`
      : `The rule for ${name} covers other branches too, so it is not changed here: let only Maintainers push by it, without force push, at ${webUrl}/-/settings/repository, section 'Protected branches'.`;
}

function compareRule(rule: ProtectedBranch, members: Member[]) {
  const pattern = rule.name;
  return compare([
    [
      { of: 'branch', pattern, part: 'push' },
      { rows: rule.pushAccessLevels },
      { rows: tighten(rule.pushAccessLevels, members) },
    ],
    [{ of: 'branch', pattern, part: 'forcePush' }, rule.allowForcePush, false],
  ]);
}

function protection({ id }: Project, name: string): Step {
  const levels = { push: maintainersOnly, merge: maintainersOnly, unprotect: maintainersOnly };
  return {
    label: `protect the branch ${name}`,
    run: ({ gitlab }) =>
      gitlab.protectBranch(id, { name, ...levels, allowForcePush: false, codeOwnerApprovalRequired: false }),
  };
}

/** Prefer PATCH, which leaves no gap: on Enterprise Edition (licensed or not), or if only the flag changes. */
function repair({ gitlab: facts }: Facts, rule: ProtectedBranch, push: AccessRule[]): Step {
  const { id } = facts.project;
  const label = `update the protection of the branch ${rule.name}`;
  if (isRecreated(rule, push, facts)) return { label, run: ({ gitlab }) => recreate(id, rule, push, gitlab) };
  const changes = changesOf(rule.pushAccessLevels, push);
  const change =
    changes.length > 0 ? { allowForcePush: false, allowedToPush: changes } : { allowForcePush: false };
  return { label, run: ({ gitlab }) => gitlab.updateProtectedBranch(id, rule.name, change) };
}

/** Additions first, then removals by id only: without a licence, rows must not name users or groups. */
function changesOf(before: AccessRule[], after: AccessRule[]): AccessRule[] {
  const has = (rows: AccessRule[], row: AccessRule) => rows.some((it) => whoOfRow(it) === whoOfRow(row));
  return [
    ...after.filter((row) => !has(before, row)),
    ...before
      .filter((row) => !has(after, row))
      .map(({ id }) => ({ ...(id === undefined ? {} : { id }), destroy: true })),
  ];
}

async function recreate(
  projectId: number,
  rule: ProtectedBranch,
  push: AccessRule[],
  gitlab: GitLab,
): Promise<void> {
  const before = {
    name: rule.name,
    push: rule.pushAccessLevels,
    merge: rule.mergeAccessLevels,
    unprotect: rule.unprotectAccessLevels,
    allowForcePush: rule.allowForcePush,
    codeOwnerApprovalRequired: rule.codeOwnerApprovalRequired,
  };
  await replaceRule({
    what: `The protection of the branch ${rule.name}`,
    before: `push: ${rowLabels(rule.pushAccessLevels)}; merge: ${rowLabels(rule.mergeAccessLevels)}`,
    remove: () => gitlab.unprotectBranch(projectId, rule.name),
    create: () => gitlab.protectBranch(projectId, { ...before, push, allowForcePush: false }),
    restore: () => gitlab.protectBranch(projectId, before),
  });
}

/** What the rules allow and is left as it is. */
function notesFor(rules: ProtectedBranch[], name: string, { webUrl }: Project, { testpypi }: Goal): string[] {
  const uploaded = testpypi.value
    ? 'is uploaded to TestPyPI, and the next tag releases it'
    : 'is what the next tag releases';
  const developersMerge = rules.some((rule) => rule.mergeAccessLevels.some(isLooseRole));
  const inherited = rules.length > 0 && rules.every((rule) => rule.inherited);
  return [
    ...(developersMerge
      ? [
          `Developers may merge into ${name}: what they merge ${uploaded}. That was not changed; ${webUrl}/-/settings/repository, section 'Protected branches', lets only Maintainers merge.`,
        ]
      : []),
    ...(inherited ? [`The protection of ${name} comes from the group.`] : []),
    ...rules.flatMap((rule) => unknownPeopleNote(`The rule for ${rule.name}`, rule.pushAccessLevels)),
  ];
}
