import type { Outgoing } from '../http-server.ts';
import { changeRows, newRow, type RowParams } from './access-rows.ts';
import { type ProjectCall, paginated, refuse, required, requireLevel } from './call.ts';
import { isLicensed } from './projects.ts';
import { type AccessRow, newId, type ProtectedBranchState, roleRow } from './state.ts';

const levels = [0, 30, 40, 60];

/** Protected tags; there is no endpoint to change one. */
export function listProtectedTags(call: ProjectCall): Outgoing {
  requireLevel(call, 40, 'manage_protected_tags');
  return paginated(call, call.project.protected_tags);
}

/** One rule by its name or pattern. */
export function showProtectedTag(call: ProjectCall, name: string): Outgoing {
  requireLevel(call, 40, 'manage_protected_tags');
  const tag = call.project.protected_tags.find((it) => it.name === decodeURIComponent(name));
  if (!tag) throw refuse.noRecord();
  return { status: 200, body: tag };
}

/** Protects tags of a name or pattern. */
export function protectTag(call: ProjectCall): Outgoing {
  requireLevel(call, 40, 'manage_protected_tags');
  const name = String(required(call.params, 'name'));
  if (call.project.protected_tags.some((it) => it.name === name))
    throw refuse.sentences(['Name has already been taken']);
  const tag = { name, create_access_levels: rowsOf(call, 'create_access_level', 'allowed_to_create') };
  call.project.protected_tags.push(tag);
  return { status: 201, body: tag };
}

/** Takes the protection of tags away. */
export function unprotectTag(call: ProjectCall, name: string): Outgoing {
  requireLevel(call, 40, 'manage_protected_tags');
  const before = call.project.protected_tags.length;
  call.project.protected_tags = call.project.protected_tags.filter(
    (it) => it.name !== decodeURIComponent(name),
  );
  if (call.project.protected_tags.length === before) throw refuse.noRecord();
  return { status: 204 };
}

/** Protected branches. */
export function listProtectedBranches(call: ProjectCall): Outgoing {
  requireLevel(call, 30);
  return paginated(call, call.project.protected_branches.map(shownBranch(call)));
}

/** One rule by its name or pattern. */
export function showProtectedBranch(call: ProjectCall, name: string): Outgoing {
  requireLevel(call, 30);
  return { status: 200, body: shownBranch(call)(findBranch(call, name)) };
}

/** Only Enterprise Edition reveals who may unprotect a branch. */
function shownBranch({ state }: ProjectCall) {
  return ({ unprotect_access_levels, ...branch }: ProtectedBranchState) => ({
    ...branch,
    unprotect_access_levels: state.edition === 'ce' ? [] : unprotect_access_levels,
  });
}

/** Protects a branch. */
export function protectBranch(call: ProjectCall): Outgoing {
  requireLevel(call, 40, 'admin_protected_branch');
  const name = String(required(call.params, 'name'));
  if (call.project.protected_branches.some((it) => it.name === name)) {
    throw refuse.conflict(`Protected branch '${name}' already exists`);
  }
  const branch: ProtectedBranchState = {
    id: newId(),
    name,
    push_access_levels: rowsOf(call, 'push_access_level', 'allowed_to_push'),
    merge_access_levels: rowsOf(call, 'merge_access_level', 'allowed_to_merge'),
    unprotect_access_levels: rowsOf(call, 'unprotect_access_level', 'allowed_to_unprotect'),
    allow_force_push: isTrue(call.params.allow_force_push),
    code_owner_approval_required: isLicensed(call) && isTrue(call.params.code_owner_approval_required),
    inherited: false,
  };
  call.project.protected_branches.push(branch);
  return { status: 201, body: shownBranch(call)(branch) };
}

/** Changes a protected branch: access only through the lists, never through `push_access_level`. */
export function updateProtectedBranch(call: ProjectCall, name: string): Outgoing {
  requireLevel(call, 40, 'admin_protected_branch');
  const branch = findBranch(call, name);
  if (call.params.allow_force_push !== undefined)
    branch.allow_force_push = isTrue(call.params.allow_force_push);
  const lists = {
    allowed_to_push: 'push_access_levels',
    allowed_to_merge: 'merge_access_levels',
    allowed_to_unprotect: 'unprotect_access_levels',
  } as const;
  for (const [param, field] of Object.entries(lists)) {
    const changes = listed(call, param);
    if (changes.length === 0) continue;
    const rows = changeRows(call, branch[field], changes, levels);
    if (new Set(rows.map((row) => row.access_level ?? row.id)).size < rows.length) {
      throw refuse.sentences(['Push access levels access level has already been taken']);
    }
    branch[field] = rows;
  }
  return { status: 200, body: shownBranch(call)(branch) };
}

/** Takes the protection of a branch away. */
export function unprotectBranch(call: ProjectCall, name: string): Outgoing {
  requireLevel(call, 40, 'admin_protected_branch');
  const branch = findBranch(call, name);
  call.project.protected_branches = call.project.protected_branches.filter((it) => it !== branch);
  return { status: 204 };
}

/**
 * The rows of a new rule: from the list, if the edition supports it, else from the level that every tier supports, 40
 * by default. https://docs.gitlab.com/api/protected_branches/
 */
function rowsOf(call: ProjectCall, level: string, list: string): AccessRow[] {
  const rows = listed(call, list);
  if (rows.length > 0) return rows.flatMap((row) => newRow(call, row, levels) ?? []);
  const wanted = Number(call.params[level] ?? 40);
  if (!levels.includes(wanted)) throw refuse.parameter(`${level} does not have a valid value`);
  return [roleRow(wanted)];
}

/** Community Edition has no lists; without a licence they may contain roles and deploy keys, but no people. */
function listed(call: ProjectCall, list: string): RowParams[] {
  if (call.state.edition === 'ce') return [];
  const rows = (call.params[list] ?? []) as RowParams[];
  if (isLicensed(call)) return rows;
  const what = { allowed_to_create: 'Create', allowed_to_push: 'Push', allowed_to_merge: 'Merge' }[list];
  const sentences = rows.flatMap((row) =>
    (['user_id', 'group_id'] as const)
      .filter((key) => row[key] !== undefined && row[key] !== null)
      .map((key) => `${what ?? 'Unprotect'} access levels ${key.replace('_id', '')} must be blank`),
  );
  if (sentences.length > 0) throw refuse.sentences(sentences);
  return rows;
}

function findBranch({ project }: ProjectCall, name: string): ProtectedBranchState {
  const branch = project.protected_branches.find((it) => it.name === decodeURIComponent(name));
  if (!branch) throw refuse.noRecord();
  return branch;
}

const isTrue = (value: unknown) => value === true || value === 'true';
