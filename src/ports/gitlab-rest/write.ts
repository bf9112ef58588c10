import type { AccessRule, ApprovalRule } from '../gitlab.ts';

/** A row of an access list as GitLab expects it: exactly one of the four, with the id if a row is changed. */
export function accessRow({ id, accessLevel, userId, groupId, deployKeyId, destroy }: AccessRule) {
  const rows = {
    id,
    access_level: accessLevel,
    user_id: userId,
    group_id: groupId,
    deploy_key_id: deployKeyId,
  };
  const given = Object.fromEntries(Object.entries(rows).filter(([, value]) => value !== undefined));
  return destroy ? { ...given, _destroy: true } : given;
}

/** An approval rule as GitLab expects it. */
export function approvalRow(rule: ApprovalRule) {
  return { ...accessRow(rule), required_approvals: rule.requiredApprovals };
}

/** Who may do something: a single role as a level, which every tier accepts; anything else as a list, for Premium. */
export function accessList(level: string, list: string, rows: AccessRule[]): Record<string, unknown> {
  const [only] = rows;
  const isRole = rows.length === 1 && only?.accessLevel !== undefined;
  // Recreated rows have no id yet.
  return isRole ? { [level]: only.accessLevel } : { [list]: rows.map((row) => accessRow(withoutId(row))) };
}

function withoutId({ id: _, ...rest }: AccessRule): AccessRule {
  return rest;
}
