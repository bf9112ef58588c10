import { type ProjectCall, refuse } from './call.ts';
import { hasAccess } from './projects.ts';
import { type AccessRow, newId, roleRow } from './state.ts';

/** A row in a request. */
export interface RowParams {
  id?: number;
  access_level?: number | string | null;
  user_id?: number | string | null;
  group_id?: number | string | null;
  deploy_key_id?: number | string | null;
  required_approvals?: number;
  _destroy?: boolean;
}

const keys = ['access_level', 'user_id', 'group_id', 'deploy_key_id'] as const;
const given = (value: unknown) => value !== undefined && value !== null;

/** A new row, or undefined for a user or group without access, which GitLab silently drops. */
export function newRow(call: ProjectCall, params: RowParams, levels: number[]): AccessRow | undefined {
  const named = keys.filter((key) => given(params[key]));
  if (named.length !== 1) {
    throw refuse.sentences([
      'Deploy access levels must have exactly one of access_level, user_id or group_id',
    ]);
  }
  if (named[0] === 'access_level') {
    const level = Number(params.access_level);
    if (!levels.includes(level)) throw refuse.parameter('access_level does not have a valid value');
    return roleRow(level);
  }
  if (named[0] !== 'deploy_key_id' && !hasAccess(call.project, params)) return undefined;
  return personRow(call, params);
}

/**
 * Applies a PUT or PATCH: rows without an id are added, with an id changed, with `_destroy` removed; all others stay.
 */
export function changeRows(
  call: ProjectCall,
  rows: AccessRow[],
  changes: RowParams[],
  levels: number[],
  isApproval = false,
): AccessRow[] {
  let result = rows;
  for (const change of changes) {
    if (!given(change.id)) {
      const added = newRow(call, change, levels);
      if (added) result = [...result, isApproval ? withApprovals(added, change) : added];
    } else if (!result.some(({ id }) => id === Number(change.id))) throw refuse.noRecord();
    else if (change._destroy) result = result.filter(({ id }) => id !== Number(change.id));
    else
      result = result.map((row) =>
        row.id === Number(change.id) ? changed(call, row, change, isApproval) : row,
      );
  }
  return result;
}

/** The number of approvals defaults to 1. */
export function withApprovals(row: AccessRow, { required_approvals }: RowParams): AccessRow {
  return { ...row, required_approvals: required_approvals ?? 1 };
}

/** Changing an approval rule without a number of approvals resets it to 1. */
function changed(call: ProjectCall, row: AccessRow, change: RowParams, isApproval: boolean): AccessRow {
  const kept = {
    id: row.id,
    ...(isApproval ? { required_approvals: change.required_approvals ?? 1 } : {}),
  };
  if (given(change.access_level)) return { ...roleRow(Number(change.access_level)), ...kept };
  if (given(change.user_id) || given(change.group_id)) return { ...personRow(call, change), ...kept };
  return { ...row, ...kept };
}

function personRow(
  { state, project }: ProjectCall,
  { user_id, group_id, deploy_key_id }: RowParams,
): AccessRow {
  const user = state.users.find(({ id }) => id === Number(user_id ?? -1));
  const group = project.shared_with_groups.find((it) => it.group_id === Number(group_id ?? -1));
  return {
    id: newId(),
    access_level: null,
    access_level_description: user?.name ?? group?.group_name ?? 'Deploy key',
    user_id: user?.id ?? null,
    group_id: group?.group_id ?? null,
    ...(given(deploy_key_id) ? { deploy_key_id: Number(deploy_key_id) } : {}),
  };
}
