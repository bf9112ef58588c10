import { access, constants, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { dirname } from 'node:path';
import { UserError } from '../../kernel/errors.ts';
import { codeOf, unreadable } from './problems.ts';
import { statusOf } from './reading.ts';

/** Throws a `UserError` for a file that is write-protected, or whose folder or file system is. */
export async function requireWritable(target: string, path: string): Promise<void> {
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
    'Make it writable, then run it again; --dry-run shows the edit all the same.',
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
