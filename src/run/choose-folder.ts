import { posix } from 'node:path';
import type { Checkout } from '../facts/checkout.ts';
import { readPythonFiles } from '../facts/index.ts';
import type { SourceTree } from '../facts/source-tree.ts';
import { UserError } from '../kernel/errors.ts';
import { quote } from '../kernel/quote.ts';
import { isExample } from '../python/packages.ts';
import { readPythonProject } from '../python/python-project.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Context } from './context.ts';

/**
 * The checkout with a Python project's folder: where there is none, the user is offered those below it. Throws a
 * `UserError` that names them if there is nobody to ask, or the user wants none of them.
 */
export async function chooseFolder(
  context: Context,
  checkout: Checkout,
  tree: SourceTree,
): Promise<Checkout> {
  const { terminal, options } = context;
  const problem = await problemOf(tree, checkout.directory);
  if (problem === undefined) return checkout;
  const folders = await projectsBelow(tree, checkout.directory);
  const asOption = (folder: string) =>
    posix.join(options.directory, posix.relative(checkout.directory, folder));
  if (folders.length === 0) throw problem;
  const names = folders.map(asOption);
  const folder = terminal.interactive ? await ask(context, folders) : undefined;
  if (folder === undefined) throw elsewhere(problem, names, context.platform);
  return { ...checkout, directory: folder, directoryOption: asOption(folder) };
}

async function problemOf(tree: SourceTree, directory: string): Promise<UserError | undefined> {
  try {
    readPythonProject(await readPythonFiles(tree, directory));
  } catch (error) {
    if (error instanceof UserError && error.code === 'no-python-project') return error;
    throw error;
  }
  return undefined;
}

/** More than anybody would choose from. */
const mostFolders = 50;

/** The folders with a Python project, from the root of the repository, those at the top first. */
async function projectsBelow(tree: SourceTree, directory: string): Promise<string[]> {
  const folders = (await tree.paths())
    .filter((path) => /^(?:pyproject\.toml|setup\.py)$/.test(posix.basename(path)))
    .map((path) => posix.dirname(path))
    .filter((path) => path !== directory && (directory === '.' || path.startsWith(`${directory}/`)))
    .filter((path) => !isExample(path));
  const depth = (path: string) => path.split('/').length;
  const nearest = [...new Set(folders)].sort((one, other) => depth(one) - depth(other));
  const isProject = (path: string) =>
    problemOf(tree, path).then(
      (problem) => problem === undefined,
      // What cannot be read is not offered.
      (error) => (error instanceof UserError ? false : Promise.reject(error)),
    );
  const first = nearest.slice(0, mostFolders);
  const are = await Promise.all(first.map(isProject));
  return first.filter((_, index) => are[index]);
}

async function ask({ terminal }: Context, folders: string[]): Promise<string | undefined> {
  const [first] = folders;
  if (folders.length === 1 && first !== undefined) {
    const question = `Found a Python project in ${oneLine(first)}: use it?\nThere is none in this folder.`;
    return (await terminal.confirm(question, true)) ? first : undefined;
  }
  return terminal.select(
    'Which Python project?\nThere is none in this folder, but there are some below it.',
    folders.map((value) => ({ value, label: oneLine(value) })),
    first as string,
  );
}

function elsewhere(problem: UserError, names: string[], platform: NodeJS.Platform): UserError {
  const found = names.length === 1 ? 'one' : `${names.length}`;
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? `, ${names.length - 5} more` : '');
  return new UserError(
    problem.code,
    `${problem.message.replace(/\.$/, '')}. Found ${found} in ${shown}.`,
    `Run it again with -C ${quote(names[0] ?? '.', platform)}.`,
  );
}
