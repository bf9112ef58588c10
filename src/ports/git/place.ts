import { realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gitProblem } from './problems.ts';

/**
 * The folder with the checkout's `.git`, as git itself would find it; undefined if there is none. Throws a `UserError`
 * for a missing directory, and for a bare repository on the way, which a clone can bring along in a subfolder,
 * configuration and all.
 */
export async function checkoutAround(directory: string): Promise<string | undefined> {
  const start = await realPathOf(directory);
  if (start === undefined || !(await isFolder(start))) throw gitProblem({ kind: 'no-directory' }, directory);
  for (let folder = start; ; folder = dirname(folder)) {
    if (await isRepository(join(folder, '.git'))) return folder;
    if (await isBare(folder)) throw gitProblem({ kind: 'bare-repository', path: folder }, directory);
    if (folder === dirname(folder)) return undefined;
  }
}

/** The path without links; undefined if there is nothing. A bug must not read as a missing directory. */
async function realPathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}

/** A git folder, or the file with which a worktree or submodule points to one. */
async function isRepository(path: string): Promise<boolean> {
  return (await isFile(path)) || (await isFile(join(path, 'HEAD')));
}

async function isBare(folder: string): Promise<boolean> {
  const parts = [
    isFile(join(folder, 'HEAD')),
    isFolder(join(folder, 'objects')),
    isFolder(join(folder, 'refs')),
  ];
  return (await Promise.all(parts)).every(Boolean);
}

const isFile = (path: string) =>
  stat(path).then(
    (it) => it.isFile(),
    () => false,
  );
const isFolder = (path: string) =>
  stat(path).then(
    (it) => it.isDirectory(),
    () => false,
  );
