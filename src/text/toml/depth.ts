/** GitLab's own limit, and more than twice what anyone writes. */
const deepest = 150;

/** Whether data is nested too deep for recursive code. */
export function isTooDeep(value: unknown, level = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return level > deepest || Object.values(value).some((inner) => isTooDeep(inner, level + 1));
}
