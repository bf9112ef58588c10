import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { UserError } from '../errors.ts';

/** The files of the checkout, named by their path from the repository root. */
export interface Files {
  /** The text, or undefined where there is no such file. */
  read(path: string): Promise<string | undefined>;
  /** Replaces the file in one step, so that a crash leaves the old text or the new one. */
  write(path: string, text: string): Promise<void>;
}

/** Files below `root`. A path or a symbolic link that leaves it is refused with a `UserError`. */
export function openFiles(root: string): Files {
  return {
    read: async (path) => {
      const target = await inside(root, path);
      return target === undefined ? undefined : readText(target, path);
    },
    write: async (path, text) => {
      const target = (await inside(root, path)) ?? join(root, path);
      await replace(target, text);
    },
  };
}

async function inside(root: string, path: string): Promise<string | undefined> {
  const top = await realpath(root);
  const wanted = join(top, path);
  refuseOutside(top, wanted, path);
  const target = await realpath(wanted).catch(() => undefined);
  if (target !== undefined) refuseOutside(top, target, path);
  else refuseOutside(top, await nearestFolder(wanted), path);
  return target;
}

/** The real path of the nearest folder above that exists, so that a link on the way is seen through. */
async function nearestFolder(path: string): Promise<string> {
  const parent = dirname(path);
  return realpath(parent).catch(() => nearestFolder(parent));
}

function refuseOutside(top: string, target: string, path: string): void {
  const way = relative(top, target);
  if (way !== '..' && !way.startsWith(`..${sep}`) && !way.startsWith(sep)) return;
  throw new UserError(
    'outside-checkout',
    `The file ${path} lies outside of the checkout.`,
    'Only files of the repository itself are read and edited; replace the path or the symbolic link.',
  );
}

async function readText(target: string, path: string): Promise<string> {
  const bytes = await readFile(target);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new UserError(
      'not-utf8',
      `The file ${path} is not UTF-8 text.`,
      'Save it as UTF-8: pyproject.toml and GitLab require it.',
      { cause: error },
    );
  }
}

async function replace(target: string, text: string): Promise<void> {
  const mode = (await stat(target).catch(() => undefined))?.mode;
  const draft = `${target}.${randomUUID()}.tmp`;
  await mkdir(dirname(target), { recursive: true });
  try {
    const handle = await open(draft, 'wx', mode === undefined ? 0o666 : mode & 0o777);
    await handle.writeFile(text).then(() => handle.sync());
    await handle.close();
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
