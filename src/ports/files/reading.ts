import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { UserError } from '../../kernel/errors.ts';
import { codeOf, unreadable } from './problems.ts';

/** The text of a file, or undefined if there is none. */
export async function readText(target: string, path: string): Promise<string | undefined> {
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
    `${path} is ${(size / 1024 / 1024).toFixed(1)} MiB long, and no file of more than 2 MiB is edited here.`,
    'Take out of it what belongs into files of its own, then run it again.',
  );
}

/** The status of a file, or undefined if there is none. Throws a `UserError` for anything but a file. */
export async function statusOf(target: string, path: string): Promise<Stats | undefined> {
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

function decode(bytes: Buffer, path: string): string {
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
