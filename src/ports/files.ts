import { placeOf } from './files/place.ts';
import { notWritten } from './files/problems.ts';
import { readText } from './files/reading.ts';
import { removeDrafts, replace } from './files/replace.ts';
import { requireWritable } from './files/writable.ts';

/** The files of the checkout, named by their path from the repository root. */
export interface Files {
  /** The text, or undefined where there is no such file. Throws a `UserError` for what is no text of the checkout. */
  read(path: string): Promise<string | undefined>;
  /**
   * Puts `after` in the place of `before` in one step, so that a crash leaves one of the two. Rejects with a finished
   * sentence, and leaves the file alone, where it holds neither of them any more or cannot be written.
   */
  write(path: string, before: string | undefined, after: string): Promise<void>;
  /** Throws a `UserError` where it shows beforehand that the file cannot be written. */
  requireWritable(path: string): Promise<void>;
  /** Removes what killed runs have left beside the file. */
  removeDrafts(path: string): Promise<void>;
}

/** Files below `root`. A path or a symbolic link that leaves it is refused with a `UserError`. */
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

/** Whether a file holds its new text already, as after another run; throws where it is not the old one either. */
function holds(after: string, before: string | undefined, now: string | undefined, path: string): boolean {
  if (now === after) return true;
  if (now === before) return false;
  const what = now === undefined ? 'was deleted' : before === undefined ? 'was created' : 'has changed';
  throw new Error(`${path} ${what} since it was read, so it was not written; run it again.`);
}
