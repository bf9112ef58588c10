import { createHash } from 'node:crypto';
import { UserError } from '../kernel/errors.ts';
import { decode, type Files } from '../ports/files.ts';
import type { Git } from '../ports/git.ts';
import type { GitLab } from '../ports/gitlab.ts';
import { GitLabError } from '../ports/gitlab-error.ts';
import type { TreeEntry } from '../ports/gitlab-repository.ts';

/** Which files an edit is computed on. */
export type Tree =
  | { kind: 'work tree' }
  /** Those of the default branch's head, whatever the work tree has. */
  | { kind: 'head'; branch: string; sha: string };

/** Files to read, and what is to be said of them. */
export interface SourceTree extends Pick<Files, 'read'> {
  tree: Tree;
  /** All files of the project, from the root. */
  paths(): Promise<readonly string[]>;
  /** The paths whose text is uncommitted or, at the head, another one than in the work tree. */
  changed(paths: string[]): Promise<string[]>;
}

/** The files of the checkout. */
export function workTree(files: Files, git: Git): SourceTree {
  return { tree: { kind: 'work tree' }, read: files.read, paths: git.tracked, changed: git.changed };
}

interface HeadPorts {
  gitlab: GitLab;
  files: Files;
  git: Git;
}

/** The files of the default branch as GitLab has them now. Rejects with a `UserError` if they cannot be read. */
export async function headTree(ports: HeadPorts, projectId: number, branch: string): Promise<SourceTree> {
  const { gitlab, files } = ports;
  const unread = (error: unknown) => Promise.reject(unreadable(branch, error));
  const sha = (await gitlab.branch(projectId, branch).catch(unread))?.head.sha;
  if (sha === undefined) throw noBranch(branch);
  const tree = await gitlab.tree(projectId, sha).catch(unread);
  const entries = new Map(tree.map((entry) => [entry.path, entry]));
  const read = async (path: string) => {
    const entry = entries.get(path);
    if (entry === undefined) return undefined;
    if (entry.kind !== 'file') throw notAFile(path, branch);
    return (
      (await textHere(ports, entry)) ??
      textOf(await gitlab.fileVersion(projectId, path, sha).catch(unread), path)
    );
  };
  const differs = async (path: string) => {
    const [here, there] = await Promise.all([files.read(path).catch(() => undefined), read(path)]);
    return here !== there;
  };
  return {
    tree: { kind: 'head', branch, sha },
    read,
    paths: async () => [...entries.values()].filter(({ kind }) => kind === 'file').map(({ path }) => path),
    changed: async (paths) => {
      const changed = await Promise.all(paths.map(differs));
      return paths.filter((_, index) => changed[index]);
    },
  };
}

/** What a file on the default branch is now, for a second look. */
export function headFiles(gitlab: GitLab, projectId: number, branch: string): Pick<Files, 'read'> {
  return { read: async (path) => textOf(await gitlab.fileVersion(projectId, path, branch), path) };
}

const textOf = (found: { bytes: Uint8Array } | undefined, path: string) =>
  found === undefined ? undefined : decode(found.bytes, path);

/** Most files are the same here, which saves a request for each of them. */
async function textHere({ files, git }: HeadPorts, { path, blob }: TreeEntry): Promise<string | undefined> {
  const text = await files.read(path).catch(() => undefined);
  return text !== undefined && blobOf(text, blob) === blob ? text : git.blob(blob);
}

/** A content's id, by the hash that the other id shows: https://git-scm.com/docs/hash-function-transition */
function blobOf(text: string, like: string): string {
  const hash = createHash(like.length === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${Buffer.byteLength(text)}\0${text}`).digest('hex');
}

function unreadable(branch: string, cause: unknown): unknown {
  if (!(cause instanceof GitLabError)) return cause;
  return new UserError(
    'head-unreadable',
    `The files on ${branch}, from which a merge request starts, could not be read: ${cause.message}`,
    "Run it again once they can be read, or edit the files here with '--deliver working-tree'.",
    { cause },
  );
}

function noBranch(branch: string): UserError {
  return new UserError(
    'no-default-branch',
    `GitLab shows no branch ${branch}, so there is nothing that a merge request could change.`,
    'Push the default branch first, then run it again.',
  );
}

function notAFile(path: string, branch: string): UserError {
  return new UserError(
    'not-a-file',
    `${path} is a symbolic link or a submodule on ${branch}, and a merge request is only made from files.`,
    "Edit the file that it leads to here in the work tree, with '--deliver working-tree'.",
  );
}
