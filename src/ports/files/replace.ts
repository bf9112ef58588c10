import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from './problems.ts';

/**
 * A draft lies beside its file, since a rename is a single step only within one file system, which `.git` may not
 * share. Its name is another one each time: what a run renames is its own, also where two of them write at once. So
 * whatever has such a name may be removed, as the next run does with what a killed one has left before `git add`
 * takes it along; a run that loses its draft in that way makes another one.
 */
const draftName = /^\.gitlab-to-pypi-[0-9a-f]{16}\.draft$/;
const newDraft = () => `.gitlab-to-pypi-${randomBytes(8).toString('hex')}.draft`;
const tries = 5;

/** Replaces a file as a whole, unless it `isDone`, which is asked in the last moment and may throw. */
export async function replace(target: string, text: string, isDone: () => Promise<boolean>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await replaceOnce(target, text, isDone);
    } catch (error) {
      if (attempt === tries || codeOf(error) !== 'ENOENT') throw error;
    }
  }
}

/** Removes the drafts beside a file. */
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

/** The text is on the disk before the rename is, so that a power cut leaves no empty file. */
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
  // Only root can give a file away; for anybody else it is theirs now, as after a checkout by git.
  if (own.uid !== uid || own.gid !== gid) await handle.chown(uid, gid).catch(() => undefined);
  // The mode that a file is opened with is cut by the umask, and a change of owner takes bits away.
  await handle.chmod(mode & 0o7777);
}

/** Makes the rename last; Windows and some file systems cannot, and the text is in place all the same. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** What cannot be removed stays for the next run, and hides no other error. */
const remove = (path: string) => rm(path, { force: true }).catch(() => undefined);
