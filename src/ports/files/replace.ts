import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from './problems.ts';

/**
 * Drafts are written next to their files, since a rename is only atomic within a file system, and `.git` may be on
 * another. Draft names are random: a run only ever renames its own draft, even if two runs write at once. So any file
 * with such a name may be deleted, as the next run does with a killed run's draft, before `git add` picks it up; a run
 * that loses its draft that way writes another.
 */
const draftName = /^\.gitlab-to-pypi-[0-9a-f]{16}\.draft$/;
const newDraft = () => `.gitlab-to-pypi-${randomBytes(8).toString('hex')}.draft`;
const tries = 5;

/** Replaces a whole file, unless it `isDone`, which is checked at the last moment and may throw. */
export async function replace(target: string, text: string, isDone: () => Promise<boolean>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await replaceOnce(target, text, isDone);
    } catch (error) {
      if (attempt === tries || codeOf(error) !== 'ENOENT') throw error;
    }
  }
}

/** Removes the drafts next to a file. */
export async function removeDrafts(target: string): Promise<void> {
  const folder = dirname(target);
  const names = await readdir(folder).catch(() => []);
  const drafts = names.filter((name) => draftName.test(name));
  await Promise.all(drafts.map((name) => remove(join(folder, name))));
}

async function replaceOnce(target: string, text: string, isDone: () => Promise<boolean>): Promise<void> {
  const folder = dirname(target);
  await mkdir(folder, { recursive: true });
  await removeDrafts(target);
  const draft = join(folder, newDraft());
  try {
    await writeDraft(draft, text, target);
    if (await isDone()) return;
    await rename(draft, target);
    await syncFolder(folder);
  } finally {
    await remove(draft);
  }
}

/** Sync the text to disk before the rename, so that a power cut cannot leave an empty file. */
async function writeDraft(draft: string, text: string, target: string): Promise<void> {
  const old = await stat(target).catch(() => undefined);
  const handle = await open(draft, 'wx', old === undefined ? 0o666 : old.mode & 0o777);
  try {
    await handle.writeFile(text);
    if (old !== undefined) await keepAttributes(handle, old);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function keepAttributes(
  handle: FileHandle,
  { uid, gid, mode }: { uid: number; gid: number; mode: number },
): Promise<void> {
  const own = await handle.stat();
  // Only root can give a file away; for anyone else it is theirs now, as after a git checkout.
  if (own.uid !== uid || own.gid !== gid) await handle.chown(uid, gid).catch(() => undefined);
  // The umask restricts the mode passed to open, and chown clears bits.
  await handle.chmod(mode & 0o7777);
}

/** Makes the rename durable; not possible on Windows and some file systems, where the text is still in place. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Whatever cannot be removed is left to the next run, and must not mask another error. */
const remove = (path: string) => rm(path, { force: true }).catch(() => undefined);
