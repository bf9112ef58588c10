import { createHash } from 'node:crypto';
import { decode } from '../ports/files.ts';
import type { GitLab } from '../ports/gitlab.ts';
import type { Branch, Comparison, MergeRequest } from '../ports/gitlab-repository.ts';
import type { GitLabFacts } from './gitlab-project.ts';

/** The branch of the merge request: always the same, so that a later run finds it. */
export const deliveryBranch = 'gitlab-to-pypi';

/** What GitLab has of a delivery by merge request. */
export interface DeliveryState {
  branch: BranchState | undefined;
  /** In every state, newest first. */
  requests: MergeRequest[];
}

/** The branch as an earlier run or somebody else left it. */
export interface BranchState {
  sha: string;
  /** The texts of the files on it; undefined for a file that is not there. */
  texts: Readonly<Record<string, string | undefined>>;
  /** Who has put commits on it that would be lost; empty if all of it was written by an earlier run. */
  others: string[];
}

/** A file that is to be delivered. */
interface Delivered {
  path: string;
  after: string;
}

/** Reads what there is for these edits. Rejects with an error of the port. */
export async function readDelivery(
  gitlab: GitLab,
  { project }: Pick<GitLabFacts, 'project'>,
  edits: Delivered[],
): Promise<DeliveryState> {
  const { id } = project;
  const target = project.defaultBranch ?? 'HEAD';
  const [requests, branch] = await Promise.all([
    gitlab.mergeRequests(id, deliveryBranch, target),
    gitlab.branch(id, deliveryBranch),
  ]);
  return {
    requests,
    branch: branch && (await readBranch(gitlab, id, { branch, target, edits })),
  };
}

interface Found {
  branch: Branch;
  target: string;
  edits: Delivered[];
}

async function readBranch(
  gitlab: GitLab,
  id: number,
  { branch, target, edits }: Found,
): Promise<BranchState> {
  const { sha } = branch.head;
  const paths = edits.map(({ path }) => path);
  const texts = await readTexts(gitlab, id, paths, sha);
  const isThere = edits.every(({ path, after }) => texts[path] === after);
  return { sha, texts, others: isThere ? [] : await othersOn(gitlab, id, target, sha) };
}

async function readTexts(gitlab: GitLab, id: number, paths: string[], ref: string) {
  const found = await Promise.all(paths.map((path) => gitlab.fileVersion(id, path, ref)));
  return Object.fromEntries(
    paths.map((path, index) => {
      const bytes = found[index]?.bytes;
      return [path, bytes && decode(bytes, path)];
    }),
  );
}

/** More than these are no edits of this program. */
const mostFiles = 20;

/** All that is not on the default branch must be one commit, with the very files that its trailer stands for. */
async function othersOn(gitlab: GitLab, id: number, target: string, sha: string): Promise<string[]> {
  const comparison = await gitlab.compare(id, target, sha);
  const { commits } = comparison;
  if (commits.length === 0 || (await isOurs(gitlab, id, comparison, sha))) return [];
  const others = commits.filter(({ message }) => trailerIn(message) === undefined);
  return [...new Set((others.length > 0 ? others : commits).map(({ authorName }) => authorName))];
}

async function isOurs(
  gitlab: GitLab,
  id: number,
  { commits, paths }: Comparison,
  sha: string,
): Promise<boolean> {
  const [commit] = commits;
  const trailer = commit && trailerIn(commit.message);
  if (commits.length > 1 || trailer === undefined || paths === undefined || paths.length > mostFiles)
    return false;
  return fingerprint(await readTexts(gitlab, id, paths, sha)) === trailer;
}

const trailer = 'Gitlab-To-Pypi-Files';

/** The trailer of a commit's message by which a later run knows it: nobody has changed its files since. */
export function trailerFor(texts: Record<string, string>): string {
  return `${trailer}: ${fingerprint(texts)}`;
}

function trailerIn(message: string): string | undefined {
  return new RegExp(`^${trailer}: ([0-9a-f]{64})$`, 'm').exec(message)?.[1];
}

function fingerprint(texts: Record<string, string | undefined>): string {
  const sorted = Object.entries(texts).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

/** A description with this text between the two marks that only show in its source; other people's text stays. */
export function describedWith(description: string, text: string): string {
  const ours = `${marks.begin}\n\n${text.trim()}\n\n${marks.end}`;
  const [, before, after] = marked.exec(plain(description)) ?? [];
  return before === undefined ? ours : `${before}${ours}${after}`;
}

/** Whether a description has a part that is kept up to date. */
export const isDescribed = (description: string): boolean => marked.test(plain(description));

/** Whether two descriptions are the same to GitLab. */
export const sameDescription = (one: string, other: string): boolean =>
  plain(one).trim() === plain(other).trim();

const plain = (text: string) => text.replaceAll('\r\n', '\n');

/** Link definitions that nothing refers to: https://spec.commonmark.org/0.31.2/#link-reference-definitions */
const marks = {
  begin: '[gitlab-to-pypi]: # (kept up to date from here)',
  end: '[gitlab-to-pypi-end]: # (to here)',
};
const escaped = (text: string) => text.replace(/[()[\]]/g, '\\$&');
const marked = new RegExp(`^([\\s\\S]*?)${escaped(marks.begin)}[\\s\\S]*?${escaped(marks.end)}([\\s\\S]*)$`);
