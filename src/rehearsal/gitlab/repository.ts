import { createHash } from 'node:crypto';
import type { Outgoing } from '../http-server.ts';
import { type ProjectCall, paginated, refuse, required, requireLevel } from './call.ts';
import { filesAt, headOf, historyOf, lastCommitOf, mayPush, shownCommit } from './commits.ts';
import { lint } from './lint.ts';

/** A file at a branch or commit. */
export function showFile(call: ProjectCall, path: string): Outgoing {
  const ref = String(required(call.params, 'ref'));
  const files = filesAt(call.project, ref);
  if (!files) throw refuse.notFound('Commit');
  const name = decodeURIComponent(path);
  const text = Object.hasOwn(files, name) ? files[name] : undefined;
  if (text === undefined) throw refuse.notFound('File');
  return {
    status: 200,
    body: {
      file_name: name.split('/').at(-1),
      file_path: name,
      size: Buffer.byteLength(text),
      encoding: 'base64',
      content: Buffer.from(text).toString('base64'),
      content_sha256: createHash('sha256').update(text).digest('hex'),
      ref,
      blob_id: blobOf(text),
      commit_id: headOf(files),
      last_commit_id: lastCommitOf(name, text),
      execute_filemode: false,
    },
  };
}

/** The id of a content, as git computes it: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
function blobOf(text: string): string {
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex');
}

/** The files and, if asked for all levels, the folders of a commit: https://docs.gitlab.com/api/repositories/ */
export function showTree(call: ProjectCall): Outgoing {
  const { project, params } = call;
  const files = filesAt(project, String(params.ref ?? project.default_branch));
  if (!files) throw refuse.notFound('Tree');
  const entry = (path: string, type: string, mode: string, id: string) => ({
    id,
    name: path.split('/').at(-1),
    type,
    path,
    mode,
  });
  const folders = Object.keys(files).flatMap((path) => {
    const parts = path.split('/').slice(0, -1);
    return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  });
  const entries = [
    ...[...new Set(folders)].map((path) => entry(path, 'tree', '040000', blobOf(path))),
    ...Object.entries(files).map(([path, text]) => entry(path, 'blob', '100644', blobOf(text))),
  ];
  const isAll = String(params.recursive) === 'true';
  return paginated(
    call,
    entries.filter(({ path }) => isAll || !path.includes('/')),
  );
}

/** What one commit has that another one has not, from where they parted. */
export function compareCommits(call: ProjectCall): Outgoing {
  const { project, params } = call;
  const [from, to] = ['from', 'to'].map((name) => filesAt(project, String(required(params, name))));
  if (!from || !to) throw refuse.notFound('Ref');
  const before = historyOf(project, headOf(from));
  const history = historyOf(project, headOf(to));
  const added = history.filter((id) => !before.includes(id)).reverse();
  const parted = filesAt(project, history.find((id) => before.includes(id)) ?? '') ?? {};
  const paths = [...new Set([...Object.keys(parted), ...Object.keys(to)])];
  const commits = added.map((id) => shownCommit(call, filesAt(project, id) ?? {}));
  return {
    status: 200,
    body: {
      commit: commits.at(-1) ?? null,
      commits,
      diffs: paths
        .filter((path) => parted[path] !== to[path])
        .map((path) => ({
          old_path: path,
          new_path: path,
          new_file: parted[path] === undefined,
          renamed_file: false,
          deleted_file: to[path] === undefined,
          diff: '',
        })),
      compare_timeout: false,
      compare_same_ref: headOf(from) === headOf(to),
      web_url: `${call.base}/${project.path_with_namespace}/-/compare`,
    },
  };
}

/** A branch with its commit. */
export function showBranch(call: ProjectCall, name: string): Outgoing {
  return { status: 200, body: shownBranch(call, decodeURIComponent(name)) };
}

/** Creates a branch from another branch or a commit. */
export function createBranch(call: ProjectCall): Outgoing {
  requireLevel(call, 30);
  const { project, params } = call;
  const [branch, ref] = [String(required(params, 'branch')), String(required(params, 'ref'))];
  if (Object.hasOwn(project.files, branch)) throw refuse.text('Branch already exists');
  const files = filesAt(project, ref);
  if (!files) throw refuse.text(`Invalid reference name: ${ref}`);
  project.files[branch] = files;
  return { status: 201, body: shownBranch(call, branch) };
}

function shownBranch(call: ProjectCall, name: string) {
  const { project, base } = call;
  const files = Object.hasOwn(project.files, name) ? project.files[name] : undefined;
  if (!files) throw refuse.notFound('Branch');
  return {
    name,
    default: name === project.default_branch,
    protected: project.protected_branches.some((it) => it.name === name),
    merged: false,
    can_push: mayPush(call, name),
    web_url: `${base}/${project.path_with_namespace}/-/tree/${name}`,
    commit: shownCommit(call, files),
  };
}

/** The lint of the committed file, for which a read-only token is enough. */
export function lintCommitted(call: ProjectCall): Outgoing {
  requireLevel(call, 20);
  const { project, params } = call;
  const standard = project.default_branch ?? '';
  const files = project.files[standard];
  if (!files) throw refuse.notFound('Repository');
  const ref = String(params.content_ref ?? params.sha ?? standard);
  const branch = filesAt(project, ref);
  if (!branch) throw refuse.notFound('Commit');
  const content = branch[project.ci_config_path || '.gitlab-ci.yml'];
  const includeJobs = String(params.include_jobs) === 'true';
  if (content !== undefined) return { status: 200, body: lint(content, branch, includeJobs) };
  const errors = ['Please provide content of .gitlab-ci.yml'];
  return { status: 200, body: { valid: false, errors, warnings: [], merged_yaml: null, includes: [] } };
}

/** The static lint: an invalid text yields 200 and `valid: false`. */
export function lintContent(call: ProjectCall): Outgoing {
  requireLevel(call, 30);
  const content = String(required(call.params, 'content'));
  const branch = call.project.files[call.project.default_branch ?? ''] ?? {};
  return { status: 200, body: lint(content, branch, call.params.include_jobs === true) };
}
