/** The repository of a project through GitLab's API, and its merge requests: how files change without a push. */
export interface GitLabRepository {
  /** A branch with its head, or undefined if there is none of that name. */
  branch(projectId: number, name: string): Promise<Branch | undefined>;
  /** Everything but folders in the tree of a commit, all pages. */
  tree(projectId: number, sha: string): Promise<TreeEntry[]>;
  /** A file at a commit or branch, or undefined if there is none. */
  fileVersion(projectId: number, path: string, ref: string): Promise<FileVersion | undefined>;
  /** What `to` has that `from` has not: https://docs.gitlab.com/api/repositories/#compare-branches-tags-or-commits */
  compare(projectId: number, from: string, to: string): Promise<Comparison>;
  /**
   * Makes one commit, directly on top of `startSha`, and lets the branch point to it. GitLab refuses a file that has
   * another last commit than given, and a branch that exists already unless it is to be replaced.
   */
  commit(projectId: number, commit: NewCommit): Promise<void>;
  /** Those from one branch of the project to another one, in every state, newest first; none from forks. */
  mergeRequests(projectId: number, source: string, target: string): Promise<MergeRequest[]>;
  createMergeRequest(projectId: number, request: NewMergeRequest): Promise<void>;
  describeMergeRequest(projectId: number, iid: number, description: string): Promise<void>;
}

export interface Branch {
  head: Commit;
  /** Whether the token's user may push to it; null if the server does not say. */
  mayPush: boolean | null;
}

export interface Commit {
  sha: string;
  /** All of it, with its trailers. */
  message: string;
  authorName: string;
}

/** A file, a symbolic link or a submodule. */
export interface TreeEntry {
  path: string;
  kind: 'file' | 'link' | 'submodule';
  /** The id of the content, as git computes it. */
  blob: string;
}

export interface FileVersion {
  bytes: Uint8Array;
  /** The last commit that changed the file. */
  lastCommit: string;
}

export interface Comparison {
  /** Oldest first. */
  commits: Commit[];
  /** The files that differ; undefined if there are too many for GitLab to say, or one was deleted or renamed. */
  paths: string[] | undefined;
}

export interface NewCommit {
  branch: string;
  startSha: string;
  /** Lets a branch that exists point to the new commit, in place of whatever it has. */
  replace: boolean;
  message: string;
  files: NewFileVersion[];
}

export interface NewFileVersion {
  path: string;
  text: string;
  /** The last commit of the version that this one replaces; undefined for a new file. */
  lastCommit: string | undefined;
}

export interface MergeRequest {
  iid: number;
  /** `locked` while it is being merged. */
  state: 'opened' | 'closed' | 'merged' | 'locked';
  description: string;
  webUrl: string;
}

export interface NewMergeRequest {
  source: string;
  target: string;
  title: string;
  description: string;
}
