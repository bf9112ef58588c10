/** GitLab itself takes no more, and no person writes half of it. */
const deepest = 150;

/** Whether data are nested deeper than any program here goes down into them. */
export function isTooDeep(value: unknown, level = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return level > deepest || Object.values(value).some((inner) => isTooDeep(inner, level + 1));
}
