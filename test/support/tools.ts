import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const run = promisify(execFile);

/** Path of a tool, or undefined if it is missing; with CI=true a missing tool is a failure, not a skip. */
export function findTool(name: string, variable: string, ...otherNames: string[]): string | undefined {
  const path = process.env[variable];
  const found = (path === undefined ? [name, ...otherNames] : [path]).find((it) => runs(it, ['--version']));
  return found ?? missing(name);
}

/** Whether Python has a module that tests need; with CI=true a missing one is a failure, not a skip. */
export function hasPythonModule(name: string): boolean {
  return runs('python3', ['-c', `import ${name}`]) || missing(`Python's module ${name}`) !== undefined;
}

function missing(what: string): undefined {
  if (process.env.CI === 'true') throw new Error(`${what} is needed with CI=true, and it is not installed.`);
  console.warn(`SKIPPED: the tests that need ${what}, because it is not installed.`);
}

function runs(path: string, args: string[]): boolean {
  try {
    execFileSync(path, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The files in a folder of the corpus next to the checkout, or none, with a clear message. */
export function corpus(kind: 'pyproject' | 'gitlab-ci'): { name: string; text: string }[] {
  const folder = join(import.meta.dirname, '../../../shared/corpus', kind);
  if (!existsSync(folder)) {
    console.warn(`SKIPPED: the corpus of ${kind} files, because ../shared is not there.`);
    return [];
  }
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}

/** Lines of `before` that are not in `after`, in order, and vice versa. */
export function changedLines(before: string, after: string): { gone: string[]; added: string[] } {
  const [one, other] = [before.split('\n'), after.split('\n')];
  const rest = [...other];
  const gone = one.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  return { gone, added: rest };
}
