import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, relative, sep } from 'node:path';

/** Where to look for programs, and where not. */
export interface ProgramSearch {
  env: Record<string, string | undefined>;
  platform: NodeJS.Platform;
  /** The checkout: nothing that a clone brings along is ever started. */
  outside: string;
}

/** An environment variable; names are case-insensitive on Windows. */
export function variableOf({ env, platform }: Pick<ProgramSearch, 'env' | 'platform'>, name: string) {
  if (platform !== 'win32') return env[name];
  return Object.entries(env).find(([key]) => key.toUpperCase() === name)?.[1];
}

/** The folders in PATH that programs may be started from: absolute ones outside the checkout. */
export async function programFolders(search: ProgramSearch): Promise<string[]> {
  const entries = (variableOf(search, 'PATH') ?? '').split(delimiter).filter((entry) => isAbsolute(entry));
  const isOutside = await Promise.all(entries.map((entry) => liesOutside(entry, search.outside)));
  return entries.filter((_, index) => isOutside[index]);
}

/**
 * The absolute path of a program, or undefined if there is none. Node.js on Windows would search the working directory
 * first, and so start what a clone brings along: https://github.com/libuv/libuv/issues/3888
 */
export async function findProgram(name: string, search: ProgramSearch): Promise<string | undefined> {
  const names = fileNames(name, search);
  const paths = (await programFolders(search)).flatMap((folder) => names.map((file) => join(folder, file)));
  for (const path of paths)
    if ((await isProgram(path)) && (await liesOutside(path, search.outside))) return path;
  return undefined;
}

/** On Windows scripts (.cmd, .bat) need a shell, and we never use one. */
function fileNames(name: string, search: ProgramSearch): string[] {
  if (search.platform !== 'win32') return [name];
  const extensions = (variableOf(search, 'PATHEXT') ?? '.COM;.EXE').split(';').map((it) => it.toLowerCase());
  return extensions.filter((it) => it === '.exe' || it === '.com').map((extension) => name + extension);
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function liesOutside(path: string, folder: string): Promise<boolean> {
  const real = await realpath(path).catch(() => path);
  return !isInside(path, folder) && !isInside(real, folder);
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}
