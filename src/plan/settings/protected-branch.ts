import type { Facts } from '../../facts/index.ts';
import type { Goal } from '../../goal/index.ts';
import { fitsPattern } from '../../kernel/wildcard.ts';
import type { AccessRule, GitLab, Member, Project, ProtectedBranch } from '../../ports/gitlab.ts';
import { compare } from '../difference.ts';
import { type Finding, fixable, ok, unfixable, unreadable } from '../finding.ts';
import { isLoose, isLooseRole, maintainersOnly, rowLabels, unknownPeopleNote } from './access-rows.ts';
import { replaceRule } from './replace-rule.ts';
import { rereading, type Setting, type Situation, type Step } from './setting.ts';

/** Nobody below Maintainer pushes to the default branch, nobody by force: https://docs.gitlab.com/api/protected_branches/ */
export const protectedBranch: Setting = {
  id: 'protected-branch',
  kind: 'protected-branch',
  title: 'Protection of the default branch',
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
  // Of several rules that fit a branch the most permissive counts.
  const matching = branches.value.filter((rule) => fitsPattern(name, rule.name));
  if (matching.length === 0) {
    const differences = compare([
      [
        { of: 'branch', pattern: name, part: 'rule' },
        null,
        'push: Maintainers; merge: Maintainers; no force push',
      ],
    ]);
    const steps = [protection(project, name)];
    return fixable('missing', `The default branch ${name} is not protected.`, { manual, differences, steps });
  }
  const loose = matching.filter((rule) => compareRule(rule, members).length > 0);
  const notes = notesFor(matching, name, project, goal);
  if (loose.length === 0) return ok(`Only Maintainers push to ${name}.`, { notes });
  const message = `The protection of ${name} is looser than it should be.`;
  const differences = loose.flatMap((rule) => compareRule(rule, members));
  const others = loose.filter((rule) => rule.name !== name || rule.inherited);
  // The own rule alone would change nothing while another one lets the same people in.
  if (others.length > 0)
    return unfixable('blocked', message, {
      manual: others.map(elsewhere(facts)).join(' '),
      differences,
      notes,
    });
  const steps = loose.map((rule) => repair(project, rule, members));
  return fixable('different', message, { manual, differences, steps, notes });
}

/** Who can change a rule that is not the default branch's own, and why it is not changed here. */
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

function tighten(rows: AccessRule[], members: Member[]): AccessRule[] {
  const kept = rows.filter((row) => !isLoose(row, members));
  return kept.length > 0 || rows.length === 0 ? kept : maintainersOnly;
}

function protection({ id }: Project, name: string): Step {
  const levels = { push: maintainersOnly, merge: maintainersOnly, unprotect: maintainersOnly };
  return {
    label: `protect the branch ${name}`,
    run: ({ gitlab }) =>
      gitlab.protectBranch(id, { name, ...levels, allowForcePush: false, codeOwnerApprovalRequired: false }),
  };
}

/** PATCH where it can do it, since that leaves no gap; the push level of a Free project only by creating again. */
function repair(project: Project, rule: ProtectedBranch, members: Member[]): Step {
  const label = `update the protection of the branch ${rule.name}`;
  const loose = rule.pushAccessLevels.filter((row) => isLoose(row, members));
  if (loose.length > 0 && !project.protectedEnvironmentsLicensed)
    return { label, run: ({ gitlab }) => recreate(project.id, rule, members, gitlab) };
  const kept = rule.pushAccessLevels.length > loose.length;
  const allowedToPush = [
    ...(kept ? [] : maintainersOnly),
    ...loose.map((row) => ({ ...row, destroy: true })),
  ];
  const change = loose.length > 0 ? { allowForcePush: false, allowedToPush } : { allowForcePush: false };
  return {
    label,
    run: ({ gitlab }) => gitlab.updateProtectedBranch(project.id, rule.name, change),
  };
}

async function recreate(
  projectId: number,
  rule: ProtectedBranch,
  members: Member[],
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
  const after = { ...before, push: tighten(rule.pushAccessLevels, members), allowForcePush: false };
  await replaceRule({
    what: `The protection of the branch ${rule.name}`,
    before: `push: ${rowLabels(rule.pushAccessLevels)}; merge: ${rowLabels(rule.mergeAccessLevels)}`,
    remove: () => gitlab.unprotectBranch(projectId, rule.name),
    create: () => gitlab.protectBranch(projectId, after),
    restore: () => gitlab.protectBranch(projectId, before),
  });
}

/** What the rules let people do that is left as it is. */
function notesFor(rules: ProtectedBranch[], name: string, { webUrl }: Project, { testpypi }: Goal): string[] {
  const uploaded = testpypi.value
    ? 'is uploaded to TestPyPI, and the next tag releases it'
    : 'is what the next tag releases';
  const developersMerge = rules.some((rule) => rule.mergeAccessLevels.some(isLooseRole));
  const inherited = rules.length > 0 && rules.every((rule) => rule.inherited);
  return [
    ...(developersMerge
      ? [
          `Developers may merge into ${name}: what they merge ${uploaded}. That is left as it is; ${webUrl}/-/settings/repository, section 'Protected branches', lets only Maintainers merge.`,
        ]
      : []),
    ...(inherited ? [`The protection of ${name} comes from the group.`] : []),
    ...rules.flatMap((rule) => unknownPeopleNote(`The rule for ${rule.name}`, rule.pushAccessLevels)),
  ];
}
