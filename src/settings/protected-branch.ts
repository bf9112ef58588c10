import type { Facts } from '../facts/index.ts';
import type { AccessRule, GitLab, Project, ProtectedBranch } from '../ports/gitlab.ts';
import { isLooseRole, maintainersOnly, rowLabels } from './access-rows.ts';
import { replaceRule } from './replace-rule.ts';
import { compare, type Finding, finding, rereading, type Setting, type Step, unreadable } from './setting.ts';
import { fitsPattern } from './wildcard.ts';

/** Nobody below Maintainer pushes to the default branch, nobody by force: https://docs.gitlab.com/api/protected_branches/ */
export const protectedBranch: Setting = {
  id: 'protected-branch',
  title: 'Protection of the default branch',
  dependsOn: [],
  inspect,
  reread: rereading('protectedBranches', (gitlab, id) => gitlab.protectedBranches(id)),
};

function inspect(facts: Facts): Finding {
  const { protectedBranches: branches, project } = facts.gitlab;
  const name = project.defaultBranch ?? 'main';
  if (!branches.known) return unreadable('protected branches', branches.reason);
  const manual = `Open ${project.webUrl}/-/settings/repository, section 'Protected branches', and let only Maintainers push to '${name}', without force push.`;
  // Of several rules that fit a branch the most permissive counts.
  const matching = branches.value.filter((rule) => fitsPattern(name, rule.name));
  if (matching.length === 0) {
    const differences = compare([
      [`branch ${name}`, null, 'push: Maintainers; merge: Maintainers; no force push'],
    ]);
    return finding('missing', `The default branch ${name} is not protected.`, {
      manual,
      differences,
      steps: [protection(project, name)],
    });
  }
  const differences = matching.flatMap((rule) => compareRule(rule));
  if (differences.length === 0)
    return finding('ok', `Only Maintainers push to ${name}.`, { notes: mergeNote(matching, name) });
  const own = matching.find((rule) => rule.name === name && !rule.inherited);
  const repairable = own !== undefined && compareRule(own).length === differences.length;
  return finding('different', `The protection of ${name} is looser than it should be.`, {
    manual: repairable
      ? manual
      : `${manual} The rule that is too loose covers other branches too or comes from the group, so it is not changed here.`,
    differences,
    steps: repairable ? [repair(project, own)] : [],
  });
}

function compareRule(rule: ProtectedBranch) {
  return compare([
    [
      `branch ${rule.name}: push`,
      rowLabels(rule.pushAccessLevels),
      rowLabels(tighten(rule.pushAccessLevels)),
    ],
    [`branch ${rule.name}: force push`, rule.allowForcePush ? 'allowed' : 'not allowed', 'not allowed'],
  ]);
}

function tighten(rows: AccessRule[]): AccessRule[] {
  const kept = rows.filter((row) => !isLooseRole(row));
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
function repair(project: Project, rule: ProtectedBranch): Step {
  const label = `update the protection of the branch ${rule.name}`;
  const loose = rule.pushAccessLevels.filter(isLooseRole);
  if (loose.length === 0) {
    return {
      label,
      run: ({ gitlab }) => gitlab.updateProtectedBranch(project.id, rule.name, { allowForcePush: false }),
    };
  }
  if (!project.protectedEnvironmentsLicensed)
    return { label, run: (world) => recreate(project.id, rule, world.gitlab) };
  const [first, ...others] = loose;
  const kept = rule.pushAccessLevels.length > loose.length;
  const allowedToPush = [
    ...(first === undefined ? [] : [kept ? { ...first, destroy: true } : { ...first, accessLevel: 40 }]),
    ...others.map((row) => ({ ...row, destroy: true })),
  ];
  return {
    label,
    run: ({ gitlab }) =>
      gitlab.updateProtectedBranch(project.id, rule.name, { allowForcePush: false, allowedToPush }),
  };
}

async function recreate(projectId: number, rule: ProtectedBranch, gitlab: GitLab): Promise<void> {
  const before = {
    name: rule.name,
    push: rule.pushAccessLevels,
    merge: rule.mergeAccessLevels,
    unprotect: rule.unprotectAccessLevels,
    allowForcePush: rule.allowForcePush,
    codeOwnerApprovalRequired: rule.codeOwnerApprovalRequired,
  };
  const after = { ...before, push: tighten(rule.pushAccessLevels), allowForcePush: false };
  await replaceRule({
    what: `The protection of the branch ${rule.name}`,
    remove: () => gitlab.unprotectBranch(projectId, rule.name),
    create: () => gitlab.protectBranch(projectId, after),
    restore: () => gitlab.protectBranch(projectId, before),
  });
}

function mergeNote(rules: ProtectedBranch[], name: string): string[] {
  const developers = rules.some((rule) => rule.mergeAccessLevels.some(isLooseRole));
  return developers
    ? [`Developers may merge into ${name}, and each merge is uploaded to TestPyPI; left as it is.`]
    : [];
}
