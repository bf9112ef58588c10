/**
 * Quotes a word for the shell if necessary. On Windows that may be any of three shells: only double quotes work in all
 * of them, and `@` and `,` are special in PowerShell.
 */
export function quote(word: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') return /^[\w+=:./\\-]+$/.test(word) ? word : `"${word.replaceAll('"', '\\"')}"`;
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
