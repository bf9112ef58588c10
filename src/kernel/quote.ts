/**
 * Quotes a word for the shell where it needs it. On Windows that is one of three: only double quotes are quotes for
 * all, and PowerShell takes `@` and `,` for signs of its own.
 */
export function quote(word: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') return /^[\w+=:./\\-]+$/.test(word) ? word : `"${word.replaceAll('"', '\\"')}"`;
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
