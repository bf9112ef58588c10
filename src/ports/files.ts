import { placeOf } from './files/place.ts';
import { notWritten } from './files/problems.ts';
import { readText } from './files/reading.ts';
import { removeDrafts, replace } from './files/replace.ts';
import { requireWritable } from './files/writable.ts';

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

/** Whether a file already has its new text, as after another run; throws if it does not have the old one either. */
function holds(after: string, before: string | undefined, now: string | undefined, path: string): boolean {
  if (now === after) return true;
  if (now === before) return false;
  const what = now === undefined ? 'was deleted' : before === undefined ? 'was created' : 'has changed';
  throw new Error(`${path} ${what} since it was read, so it was not written; run it again.`);
}
