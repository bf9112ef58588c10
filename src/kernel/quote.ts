/**
 * Quotes a word for the shell where it needs it. On Windows that is one of three (cmd, PowerShell, Git Bash), and the
 * quoting has to hold in each of them. A word for which there is none is left for the user to fill in.
 */
export function quote(word: string, platform: NodeJS.Platform): string {
  if (/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(word)) return toFillIn(platform);
  return platform === 'win32' ? quoteForWindows(word) : quoteForPosix(word);
}

function quoteForPosix(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Double quotes are quotes for all three, but PowerShell and Git Bash read `$` and backticks inside of them. */
function quoteForWindows(word: string): string {
  if (/^[\w+=:./\\-]+$/.test(word)) return word;
  if (!/["$`\u201c-\u201e]/.test(word)) return `"${word}"`;
  // Single quotes are none for cmd, which must not find a command of its own in the word.
  return /["'&|<>^%\u2018-\u201e]/.test(word) ? toFillIn('win32') : `'${word}'`;
}

const toFillIn = (platform: NodeJS.Platform) => {
  const mark = platform === 'win32' ? '"' : "'";
  return `${mark}(a name that cannot be quoted here)${mark}`;
};

/** Quotes a word for a POSIX shell, for a line in a pipeline. */
export function quoteForShell(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A path from the current folder that no program takes for an option, whatever it begins with. */
export const neverOption = (path: string) => (path.startsWith('-') ? `./${path}` : path);

/** A path as a single word for a line in a pipeline, which no program takes for an option. */
export const pathForShell = (path: string) => quoteForShell(neverOption(path));
