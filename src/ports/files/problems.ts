import { reasonOf, UserError } from '../../kernel/errors.ts';

/** Operating system errors, in words that follow 'because'. */
const words: Record<string, string> = {
  EACCES: 'this user may not do that',
  EPERM: 'this user may not do that',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it is larger than files may be here',
  ERR_FS_FILE_TOO_LARGE: 'it is too large',
  ELOOP: 'its symbolic links lead in a circle',
  ENOTDIR: 'a file stands where its path needs a folder',
  EEXIST: 'a file stands where its path needs a folder',
  ENAMETOOLONG: 'its path is too long',
  EBUSY: 'another program holds it',
  ETXTBSY: 'another program holds it',
  ENOENT: 'its folder or its draft was removed at the same time',
  EIO: 'the disk reported an error',
};

/** The operating system's error code. */
export function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code ?? '');
}

/** Why a file, or a folder on the way to it, could not be read. */
export function unreadable(path: string, error: unknown): UserError {
  return new UserError(
    'unreadable-file',
    `${path} cannot be read, because ${because(error)}.`,
    'Fix that, then run it again.',
    { cause: error },
  );
}

/** Why a file was not written. */
export function notWritten(path: string, error: unknown): Error {
  // Our own errors are full sentences already.
  if (codeOf(error) === '' || error instanceof UserError) return error as Error;
  const message = `${path} was not written, because ${because(error)}; nothing of it is lost: put that right, then run it again.`;
  return new Error(message, { cause: error });
}

function because(error: unknown): string {
  const code = codeOf(error);
  return code in words ? `${words[code]} (${code})` : reasonOf(error).replace(/\.$/, '');
}
