import type { Stats } from 'node:fs';
import { access, constants, lstat, readFile, realpath, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { UserError } from '../kernel/errors.ts';
import { codeOf, notWritten, unreadable } from './files/problems.ts';
import { removeDrafts, replace } from './files/replace.ts';

/** The checkout's files, by their path from the repository root. */
export interface Files {
  /**
   * The text, or undefined if there is no such file. Throws a `UserError` for anything but a text file in the checkout.
   */
  read(path: string): Promise<string | undefined>;
  /**
   * Atomically replaces `before` with `after`: a crash leaves one of the two. If the file contains neither, or cannot
   * be written, rejects with a full sentence and leaves the file alone.
   */
  write(path: string, before: string | undefined, after: string): Promise<void>;
  /** Throws a `UserError` if the file is evidently not writable. */
  requireWritable(path: string): Promise<void>;
  /** Removes drafts that killed runs left next to the file. */
  removeDrafts(path: string): Promise<void>;
}

/** Files below `root`. Rejects paths and symlinks that leave it with a `UserError`. */
export function openFiles(root: string): Files {
  const read = async (path: string) => readText(await placeOf(root, path), path);
  return {
    read,
    write: async (path, before, after) => {
      const target = await placeOf(root, path);
      const isThere = async () => holds(after, before, await read(path), path);
      if (await isThere()) return;
      await replace(target, after, isThere).catch((error) => {
        throw notWritten(path, error);
      });
    },
    requireWritable: async (path) => requireWritable(await placeOf(root, path), path),
    removeDrafts: async (path) => removeDrafts(await placeOf(root, path)),
  };
}

/**
 * Atomically writes a file that the user names, wherever it is. Throws a `UserError` if that is impossible; what stood
 * there stays then.
 */
export async function writeNamedFile(path: string, text: string): Promise<void> {
  await replace(path, text, async () => false).catch((error) => {
    throw new UserError(
      'report-not-written',
      `The report ${path} could not be written: ${notWritten(path, error).message}`,
      'Name another file.',
      { cause: error },
    );
  });
}

/** Whether a file already has its new text, as after another run; throws if it does not have the old one either. */
function holds(after: string, before: string | undefined, now: string | undefined, path: string): boolean {
  if (now === after) return true;
  if (now === before) return false;
  const what = now === undefined ? 'was deleted' : before === undefined ? 'was created' : 'has changed';
  throw new Error(`${path} ${what} since it was read, so it was not written; run it again.`);
}

/** The real location of a file in the checkout, existing or not, with every symlink on the way resolved. */
async function placeOf(root: string, path: string): Promise<string> {
  refuseName(path);
  const top = await realpath(root).catch((error) => {
    throw unreadable(path, error);
  });
  const wanted = join(top, path);
  refuseOutside(top, wanted, path);
  const target = await realPlace(wanted, path);
  refuseOutside(top, target, path);
  return target;
}

/** The path may come from the server, and might mean something else on another system. */
function refuseName(path: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  if (!/[\u0000-\u001f\u007f\\]|^\/|^[a-z]:/i.test(path)) return;
  throw new UserError(
    'bad-path',
    `'${path}' cannot be the path of a file in the checkout.`,
    "Name it from the repository's top folder, with '/' between the folders; that of the pipeline is in GitLab under Settings > CI/CD > General pipelines.",
  );
}

/** Like `realpath`, for a file that may not exist yet. */
async function realPlace(wanted: string, path: string): Promise<string> {
  try {
    return await realpath(wanted);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw unreadable(path, error);
    const link = await lstat(wanted).catch(() => undefined);
    if (link?.isSymbolicLink()) throw brokenLink(path);
    return join(await realPlace(dirname(wanted), path), basename(wanted));
  }
}

function brokenLink(path: string): UserError {
  return new UserError(
    'broken-link',
    `The path ${path} goes through a broken symbolic link.`,
    'Remove the link or point it at a file of the repository, then run it again.',
  );
}

function refuseOutside(top: string, target: string, path: string): void {
  const way = relative(top, target);
  const folders = way.split(/[\\/]/);
  if (isAbsolute(way) || folders[0] === '..') {
    throw new UserError(
      'outside-checkout',
      `The file ${path} is outside the checkout.`,
      'Only files of the repository itself are read and edited; replace the path or the symbolic link.',
    );
  }
  if (folders.some(isOfGit)) {
    throw new UserError(
      'inside-git',
      `The file ${path} belongs to git itself, so it is neither read nor edited.`,
      'Only files that can be committed are; replace the path or the symbolic link.',
    );
  }
}

/** Windows and macOS accept other spellings of the same folder. */
const isOfGit = (folder: string) => /^(\.git|git~\d)[ .]*$/i.test(folder);

/** The text of a file, or undefined if there is none. */
async function readText(target: string, path: string): Promise<string | undefined> {
  const status = await statusOf(target, path);
  if (status === undefined) return undefined;
  refuseTooLarge(status.size, path);
  try {
    return decode(await readFile(target), path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (codeOf(error) === 'ENOENT') return undefined;
    throw unreadable(path, error);
  }
}

/**
 * GitLab's limit for a pipeline file, and far more than any pyproject.toml:
 * https://docs.gitlab.com/administration/instance_limits/#maximum-size-and-depth-of-cicd-configuration-yaml-files
 */
const mostBytes = 2 * 1024 * 1024;

function refuseTooLarge(size: number, path: string): void {
  if (size <= mostBytes) return;
  throw new UserError(
    'file-too-large',
    `${path} is ${(size / 1024 / 1024).toFixed(1)} MiB long, and files of more than 2 MiB are not edited.`,
    'Split it into several files, then run it again.',
  );
}

/** The status of a file, or undefined if there is none. Throws a `UserError` for anything but a file. */
async function statusOf(target: string, path: string): Promise<Stats | undefined> {
  const status = await stat(target).catch((error) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw unreadable(path, error);
  });
  // Reading from a pipe would block forever.
  if (status === undefined || status.isFile()) return status;
  const what = status.isDirectory() ? 'a folder' : 'a pipe, a socket or a device';
  throw new UserError(
    'not-a-file',
    `${path} is ${what} and no file.`,
    'Put a file there, or nothing, then run it again.',
  );
}

/** The text of a file. Throws a `UserError` if it is not UTF-8. */
export function decode(bytes: Uint8Array, path: string): string {
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

/** Throws a `UserError` for a file that is write-protected, or whose folder or file system is. */
async function requireWritable(target: string, path: string): Promise<void> {
  const status = await statusOf(target, path);
  if (status !== undefined) await refuseProtected(target, path, status.mode);
  const folder = await nearestFolder(dirname(target), path);
  await refuseProtected(folder, `The folder of ${path}`, await folderMode(folder));
}

/** Root can write anything, so only the mode shows that a file is not meant to be written. */
async function refuseProtected(target: string, name: string, mode: number): Promise<void> {
  const refused = await access(target, constants.W_OK).then(
    () => (mode & 0o222) === 0,
    (error) => error,
  );
  if (refused === false) return;
  const why = codeOf(refused) === 'EROFS' ? 'is on a read-only file system' : 'is write-protected';
  throw new UserError(
    'write-protected',
    `${name} ${why}, so its edit could not be written; nothing was changed.`,
    'Make it writable, then run it again; --dry-run shows the edit anyway.',
  );
}

/** On Windows a folder's attribute says nothing about the files in it. */
async function folderMode(folder: string): Promise<number> {
  return platform() === 'win32' ? 0o777 : (await stat(folder)).mode;
}

async function nearestFolder(folder: string, path: string): Promise<string> {
  const status = await stat(folder).catch((error) => {
    if (codeOf(error) !== 'ENOENT') throw unreadable(path, error);
  });
  return status === undefined ? nearestFolder(dirname(folder), path) : folder;
}
