import type { Outgoing } from '../http-server.ts';
import { changeRows, newRow, type RowParams } from './access-rows.ts';
import { type ProjectCall, paginated, refuse, required, requireLevel } from './call.ts';
import { isLicensed } from './projects.ts';
import { type AccessRow, newId, type ProtectedBranchState, roleRow } from './state.ts';

const levels = [0, 30, 40, 60];

/** Protected tags; there is no route to change one. */
export function listProtectedTags(call: ProjectCall): Outgoing {
  requireLevel(call, 40, 'manage_protected_tags');
  return paginated(call, call.project.protected_tags);
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
  return paginated(call, call.project.protected_branches);
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
    unprotect_access_levels: [],
    allow_force_push: isTrue(call.params.allow_force_push),
    code_owner_approval_required: isLicensed(call) && isTrue(call.params.code_owner_approval_required),
    inherited: false,
  };
  call.project.protected_branches.push(branch);
  return { status: 201, body: branch };
}

/** Changes a protected branch: the levels only where the lists are licensed, never by `push_access_level`. */
export function updateProtectedBranch(call: ProjectCall, name: string): Outgoing {
  requireLevel(call, 40, 'admin_protected_branch');
  const branch = findBranch(call, name);
  if (call.params.allow_force_push !== undefined)
    branch.allow_force_push = isTrue(call.params.allow_force_push);
  const lists = { allowed_to_push: 'push_access_levels', allowed_to_merge: 'merge_access_levels' } as const;
  for (const [param, field] of Object.entries(lists)) {
    const changes = call.params[param] as RowParams[] | undefined;
    if (!changes || !isLicensed(call)) continue;
    const rows = changeRows(call, branch[field], changes, levels);
    if (new Set(rows.map((row) => row.access_level ?? row.id)).size < rows.length) {
      throw refuse.sentences(['Push access levels access level has already been taken']);
    }
    branch[field] = rows;
  }
  return { status: 200, body: branch };
}

/** Takes the protection of a branch away. */
export function unprotectBranch(call: ProjectCall, name: string): Outgoing {
  requireLevel(call, 40, 'admin_protected_branch');
  const branch = findBranch(call, name);
  call.project.protected_branches = call.project.protected_branches.filter((it) => it !== branch);
  return { status: 204 };
}

/** The licensed list, else the level that every tier knows, which is 40 where nothing is said. */
function rowsOf(call: ProjectCall, level: string, list: string): AccessRow[] {
  const rows = isLicensed(call) ? ((call.params[list] ?? []) as RowParams[]) : [];
  if (rows.length > 0) return rows.flatMap((row) => newRow(call, row, levels) ?? []);
  const wanted = Number(call.params[level] ?? 40);
  if (!levels.includes(wanted)) throw refuse.parameter(`${level} does not have a valid value`);
  return [roleRow(wanted)];
}

function findBranch({ project }: ProjectCall, name: string): ProtectedBranchState {
  const branch = project.protected_branches.find((it) => it.name === decodeURIComponent(name));
  if (!branch) throw refuse.noRecord();
  return branch;
}

const isTrue = (value: unknown) => value === true || value === 'true';
