import { ProtectedBranches, ProtectedTags } from '@gitbeaker/rest';
import type { GitLab, NewProtectedBranch } from '../gitlab.ts';
import { readProtectedBranch, readProtectedTag } from './read.ts';
import type { Session } from './session.ts';
import { accessList, accessRow } from './write.ts';

type Part = Pick<
  GitLab,
  | 'protectedTags'
  | 'protectTag'
  | 'unprotectTag'
  | 'protectedBranches'
  | 'protectBranch'
  | 'updateProtectedBranch'
  | 'unprotectBranch'
>;

/**
 * Protected tags and branches: https://docs.gitlab.com/api/protected_tags/,
 * https://docs.gitlab.com/api/protected_branches/
 */
export function protectedRefsPart({ options, raw, pages }: Session): Part {
  const tags = new ProtectedTags(options);
  const branches = new ProtectedBranches(options);
  return {
    protectedTags: (id) => pages((page) => tags.all(id, page as never), readProtectedTag),
    protectTag: async (id, name, rows) => {
      const body = { name, ...accessList('create_access_level', 'allowed_to_create', rows) };
      await raw.post(`projects/${id}/protected_tags`, { body });
    },
    unprotectTag: async (id, name) => void (await tags.remove(id, name)),
    protectedBranches: (id) => pages((page) => branches.all(id, page as never), readProtectedBranch),
    protectBranch: async (id, branch) =>
      void (await raw.post(`projects/${id}/protected_branches`, { body: newBranch(branch) })),
    updateProtectedBranch: async (id, name, { allowForcePush, allowedToPush }) => {
      const body = {
        ...(allowForcePush === undefined ? {} : { allow_force_push: allowForcePush }),
        ...(allowedToPush === undefined ? {} : { allowed_to_push: allowedToPush.map(accessRow) }),
      };
      await raw.patch(`projects/${id}/protected_branches/${encodeURIComponent(name)}`, { body });
    },
    unprotectBranch: async (id, name) => void (await branches.remove(id, name)),
  };
}

function newBranch(branch: NewProtectedBranch): Record<string, unknown> {
  const { name, push, merge, unprotect, allowForcePush, codeOwnerApprovalRequired } = branch;
  return {
    name,
    allow_force_push: allowForcePush,
    ...accessList('push_access_level', 'allowed_to_push', push),
    ...accessList('merge_access_level', 'allowed_to_merge', merge),
    // Servers without this level return an empty list.
    ...(unprotect.length > 0 ? accessList('unprotect_access_level', 'allowed_to_unprotect', unprotect) : {}),
    ...(codeOwnerApprovalRequired ? { code_owner_approval_required: true } : {}),
  };
}
