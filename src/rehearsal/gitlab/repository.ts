import { createHash } from 'node:crypto';
import type { Outgoing } from '../http-server.ts';
import { type ProjectCall, refuse, required, requireLevel } from './call.ts';
import { filesAt, headOf, lastCommitOf, shownCommit } from './commits.ts';
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
      blob_id: lastCommitOf('', text),
      commit_id: headOf(files),
      last_commit_id: lastCommitOf(name, text),
      execute_filemode: false,
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
  const { project, level, base } = call;
  const files = Object.hasOwn(project.files, name) ? project.files[name] : undefined;
  if (!files) throw refuse.notFound('Branch');
  return {
    name,
    default: name === project.default_branch,
    protected: project.protected_branches.some((it) => it.name === name),
    merged: false,
    can_push: level >= 30,
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
