import type {
  Branch,
  Commit,
  Comparison,
  FileVersion,
  MergeRequest,
  TreeEntry,
} from '../gitlab-repository.ts';
import { isTable, type Json } from '../json.ts';
import type { Row } from './read.ts';

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const rows = (value: Json | undefined): Row[] => (Array.isArray(value) ? value.filter(isTable) : []);

/** One branch. */
export function readBranch(row: Row): Branch {
  return {
    head: readCommit(isTable(row.commit) ? row.commit : {}),
    mayPush: typeof row.can_push === 'boolean' ? row.can_push : null,
  };
}

function readCommit(row: Row): Commit {
  return { sha: text(row.id), message: text(row.message), authorName: text(row.author_name) };
}

/** One entry of a tree; undefined for a folder. */
export function readTreeEntry({ path, type, mode, id }: Row): TreeEntry | undefined {
  if (type === 'tree') return undefined;
  const kind = type === 'commit' ? 'submodule' : mode === '120000' ? 'link' : 'file';
  return { path: text(path), kind, blob: text(id) };
}

/** One file with its content. */
export function readFileVersion(row: Row): FileVersion {
  return { bytes: Buffer.from(text(row.content), 'base64'), lastCommit: text(row.last_commit_id) };
}

/** The difference of two commits. */
export function readComparison(row: Row): Comparison {
  const diffs = rows(row.diffs);
  const isPlain = ({ deleted_file, renamed_file, new_path }: Row) =>
    deleted_file !== true && renamed_file !== true && typeof new_path === 'string';
  const isComplete = row.compare_timeout !== true && diffs.every(isPlain);
  return {
    commits: rows(row.commits).map(readCommit),
    paths: isComplete ? diffs.map(({ new_path }) => text(new_path)) : undefined,
  };
}

/** One merge request, with the project that its branch is in. */
export function readMergeRequest(row: Row): MergeRequest & { sourceProjectId: number } {
  return {
    iid: Number(row.iid),
    state: text(row.state) as MergeRequest['state'],
    description: text(row.description),
    webUrl: text(row.web_url),
    sourceProjectId: Number(row.source_project_id),
  };
}
